"""The properties of deals (facts 8.3), with the dates and times that HubSpot keeps for every stage of every pipeline."""

from collections.abc import Iterable, Iterator, Sequence

from hubspot_skill.sandbox.catalogue.choices import ANALYTICS_SOURCES, OBJECT_SOURCES, PRIORITIES
from hubspot_skill.sandbox.catalogue.kinds import (
    amount,
    area,
    choice,
    computed,
    flag,
    given,
    group,
    moment,
    number,
    options,
    owner,
    radio,
    text,
)
from hubspot_skill.sandbox.seed import OptionSeed, PipelineSeed, PropertyGroupSeed, PropertySeed

__all__ = ["DEAL_GROUPS", "deal_properties", "stage_choices", "stage_properties"]

DEAL_GROUPS = [
    PropertyGroupSeed("dealinformation", "Deal information", 0),
    PropertyGroupSeed("deal_revenue", "Deal revenue", 1),
    PropertyGroupSeed("deal_activity", "Deal activity", 2),
    PropertyGroupSeed("deal_stages", "Deal stages", 3),
    PropertyGroupSeed("analyticsinformation", "Analytics information", 4),
]

_FORECAST_CATEGORIES = options(
    ("OMIT", "Not forecasted"),
    ("PIPELINE", "Pipeline"),
    ("BEST_CASE", "Best case"),
    ("COMMIT", "Commit"),
    ("CLOSED", "Closed won"),
)


def stage_choices(pipelines: Iterable[PipelineSeed]) -> tuple[OptionSeed, ...]:
    """Return the stages of all pipelines as options of one property; labels may repeat, values do not."""
    return options(*((stage.id, stage.label) for pipeline in pipelines for stage in pipeline.stages))


def _about(pipelines: Sequence[PipelineSeed], currencies: Sequence[str]) -> list[PropertySeed]:
    return group(
        "dealinformation",
        text("dealname", "Deal Name"),
        amount("amount", "Amount"),
        moment("closedate", "Close Date"),
        choice("pipeline", "Pipeline", options(*((pipeline.id, pipeline.label) for pipeline in pipelines))),
        radio("dealstage", "Deal Stage", stage_choices(pipelines)),
        radio(
            "dealtype", "Deal Type", options(("newbusiness", "New Business"), ("existingbusiness", "Existing Business"))
        ),
        area("description", "Deal Description"),
        owner("hubspot_owner_id", "Deal owner"),
        choice("deal_currency_code", "Currency", options(*currencies)),
        choice("hs_priority", "Priority", PRIORITIES),
        area("hs_next_step", "Next step"),
        area("closed_lost_reason", "Closed Lost Reason"),
        area("closed_won_reason", "Closed Won Reason"),
        moment("createdate", "Create Date", "When the deal began; writable, so an imported deal keeps its own date."),
        *computed(
            number("hs_object_id", "Record ID"),
            moment("hs_createdate", "Object create date/time", "When the record came into being."),
            moment("hs_lastmodifieddate", "Last Modified Date"),
            moment("hubspot_owner_assigneddate", "Owner assigned date"),
            number("num_associated_contacts", "Number of Associated Contacts"),
        ),
        *given(
            number("hs_merged_object_ids", "Merged record IDs"),
            choice("hubspot_team_id", "HubSpot Team", ()),
            choice("hs_object_source", "Record creation source", OBJECT_SOURCES),
            text("hs_object_source_id", "Record creation source ID"),
            text("hs_object_source_label", "Record source"),
            text("hs_object_source_detail_1", "Record source detail 1"),
            number("hs_created_by_user_id", "Created by user ID"),
            number("hs_updated_by_user_id", "Updated by user ID"),
        ),
    )


def _revenue() -> list[PropertySeed]:
    return group(
        "deal_revenue",
        choice("hs_manual_forecast_category", "Forecast category", _FORECAST_CATEGORIES),
        number("hs_forecast_probability", "Forecast probability", "0 to 1; weighs the forecast amount."),
        amount("hs_acv", "Annual contract value"),
        amount("hs_arr", "Annual recurring revenue"),
        amount("hs_mrr", "Monthly recurring revenue"),
        amount("hs_tcv", "Total contract value"),
        *computed(
            number("hs_deal_stage_probability", "Deal probability", "0 to 1, from the stage."),
            amount("hs_projected_amount", "Weighted amount", "Amount times the probability of the stage."),
            amount("hs_projected_amount_in_home_currency", "Weighted amount in company currency", currency=None),
            amount(
                "hs_forecast_amount",
                "Forecast amount",
                "Amount in company currency times the forecast probability.",
                currency=None,
            ),
            amount("hs_closed_amount", "Closed Deal Amount", "Amount if won, else 0."),
            amount("hs_closed_amount_in_home_currency", "Closed Deal Amount In Home Currency", currency=None),
            amount("hs_open_amount_in_home_currency", "Open amount in company currency", currency=None),
            amount("amount_in_home_currency", "Amount in company currency", currency=None),
            number("hs_exchange_rate", "Exchange rate"),
        ),
        *given(
            amount("hs_predicted_amount", "The predicted deal amount"),
            number("hs_likelihood_to_close", "Likelihood to close by the close date"),
        ),
    )


def _activity() -> list[PropertySeed]:
    return group(
        "deal_activity",
        *computed(
            flag("hs_is_closed", "Is Deal Closed?"),
            flag("hs_is_closed_won", "Is Closed Won"),
            flag("hs_is_closed_lost", "Is closed lost"),
            number("hs_is_open_count", "Is Open (numeric)"),
            number("hs_closed_won_count", "Is Closed Won (numeric)"),
            number("hs_is_closed_count", "Is Closed (numeric)"),
            moment("hs_closed_won_date", "Closed won date"),
            number("days_to_close", "Days to close"),
            number("hs_days_to_close_raw", "Days to close (without rounding)"),
            moment("hs_v2_date_entered_current_stage", "Date entered current stage"),
            number("hs_v2_time_in_current_stage", "Time in current stage"),
            number("num_notes", "Number of Sales Activities"),
            number("num_contacted_notes", "Number of times contacted"),
            moment("notes_last_contacted", "Last Contacted"),
            moment("notes_last_updated", "Last Activity Date"),
            moment("notes_next_activity_date", "Next Activity Date"),
            moment("hs_last_sales_activity_timestamp", "Last Engagement Date"),
        ),
        *given(
            moment("hs_sales_email_last_replied", "Recent Sales Email Replied Date"),
            moment("hs_latest_meeting_activity", "Latest meeting activity"),
        ),
    )


def stage_properties(pipelines: Iterable[PipelineSeed]) -> list[PropertySeed]:
    """Return the properties that HubSpot keeps for every stage: when a deal came and went, and how long it stayed."""

    def each() -> Iterator[PropertySeed]:
        for pipeline in pipelines:
            for stage in pipeline.stages:
                place = f'"{stage.label} ({pipeline.label})"'
                yield moment(f"hs_date_entered_{stage.id}", f"Date entered {place}, first time")
                yield moment(f"hs_date_exited_{stage.id}", f"Date exited {place}, last time")
                yield number(f"hs_time_in_{stage.id}", f"Time in {place}")
                yield moment(f"hs_v2_date_entered_{stage.id}", f"Date entered {place}")
                yield moment(f"hs_v2_date_exited_{stage.id}", f"Date exited {place}")
                yield number(f"hs_v2_latest_time_in_{stage.id}", f"Latest time in {place}")
                yield number(f"hs_v2_cumulative_time_in_{stage.id}", f"Cumulative time in {place}")

    return group("deal_stages", *computed(*each()))


def _web() -> list[PropertySeed]:
    return group(
        "analyticsinformation",
        *given(
            choice("hs_analytics_source", "Original Traffic Source", ANALYTICS_SOURCES),
            text("hs_analytics_source_data_1", "Original Traffic Source Drill-Down 1"),
            text("hs_analytics_source_data_2", "Original Traffic Source Drill-Down 2"),
            choice("hs_analytics_latest_source", "Latest Traffic Source", ANALYTICS_SOURCES),
        ),
    )


def deal_properties(pipelines: Sequence[PipelineSeed], currencies: Sequence[str]) -> list[PropertySeed]:
    """Return every property of deals for an account with these pipelines and currencies."""
    return [*_about(pipelines, currencies), *_revenue(), *_activity(), *stage_properties(pipelines), *_web()]
