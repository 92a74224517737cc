"""The properties of companies (facts 8.2)."""

from collections.abc import Sequence

from hubspot_skill.sandbox.catalogue.choices import (
    ANALYTICS_SOURCES,
    COMPANY_TYPES,
    INDUSTRIES,
    LEAD_STATUSES,
    OBJECT_SOURCES,
)
from hubspot_skill.sandbox.catalogue.contacts import lifecycle_properties
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
    phone,
    radio,
    text,
)
from hubspot_skill.sandbox.seed import OptionSeed, PropertyGroupSeed, PropertySeed

__all__ = ["COMPANY_GROUPS", "company_properties"]

COMPANY_GROUPS = [
    PropertyGroupSeed("companyinformation", "Company information", 0),
    PropertyGroupSeed("company_activity", "Company activity", 1),
    PropertyGroupSeed("deal_information", "Deal information", 2),
    PropertyGroupSeed("analyticsinformation", "Web analytics history", 3),
    PropertyGroupSeed("socialmediainformation", "Social media information", 4),
]


def _about() -> list[PropertySeed]:
    return group(
        "companyinformation",
        text("name", "Company name"),
        text("domain", "Company Domain Name", "Not enforced to be unique by the API."),
        text("website", "Website URL"),
        phone("phone", "Phone Number"),
        text("address", "Street Address"),
        text("address2", "Street Address 2"),
        text("city", "City"),
        text("state", "State/Region"),
        text("zip", "Postal Code"),
        text("country", "Country/Region"),
        text("timezone", "Time Zone"),
        choice("industry", "Industry", INDUSTRIES),
        choice("type", "Type", COMPANY_TYPES),
        area("description", "Description"),
        area("about_us", "About Us"),
        number("numberofemployees", "Number of Employees"),
        amount("annualrevenue", "Annual Revenue", currency=None),
        text("founded_year", "Year Founded"),
        flag("is_public", "Is Public"),
        text("total_money_raised", "Total Money Raised"),
        text("web_technologies", "Web Technologies"),
        text("hs_country_code", "Country/Region Code"),
        text("hs_state_code", "State/Region Code"),
        choice(
            "hs_ideal_customer_profile",
            "Ideal Customer Profile Tier",
            options(("tier_1", "Tier 1"), ("tier_2", "Tier 2"), ("tier_3", "Tier 3")),
        ),
        flag("hs_is_target_account", "Target Account"),
        *computed(
            number("hs_object_id", "Record ID"),
            number("hs_parent_company_id", "Parent Company"),
            number("hs_num_child_companies", "Number of child companies"),
            text("hs_searchable_calculated_phone_number", "Phone number without its country code, for search"),
        ),
        *given(
            number("hs_merged_object_ids", "Merged record IDs"),
            text("hs_additional_domains", "Additional Domains"),
            choice("hs_object_source", "Record creation source", OBJECT_SOURCES),
            text("hs_object_source_id", "Record creation source ID"),
            text("hs_object_source_label", "Record source"),
            text("hs_object_source_detail_1", "Record source detail 1"),
            number("hs_created_by_user_id", "Created by user ID"),
            number("hs_updated_by_user_id", "Updated by user ID"),
        ),
    )


def _status(lifecycle: Sequence[OptionSeed]) -> list[PropertySeed]:
    return group(
        "company_activity",
        radio("lifecyclestage", "Lifecycle Stage", lifecycle, "Moves forward only, unless it is cleared first."),
        radio("hs_lead_status", "Lead Status", LEAD_STATUSES),
        owner("hubspot_owner_id", "Company owner"),
        moment("closedate", "Close Date", "When the company became a customer."),
        *computed(
            moment("createdate", "Create Date"),
            moment("hs_createdate", "Object create date/time"),
            moment("hs_lastmodifieddate", "Last Modified Date"),
            moment("hubspot_owner_assigneddate", "Owner assigned date"),
            moment("first_contact_createdate", "First Contact Create Date"),
            number("num_associated_contacts", "Number of Associated Contacts"),
            moment("notes_last_contacted", "Last Contacted"),
            moment("notes_last_updated", "Last Activity Date"),
            moment("notes_next_activity_date", "Next Activity Date"),
            number("num_notes", "Number of Sales Activities"),
            number("num_contacted_notes", "Number of times contacted"),
            moment("hs_last_sales_activity_timestamp", "Last Engagement Date"),
        ),
        *given(
            choice("hubspot_team_id", "HubSpot Team", ()),
            number("hs_predictivecontactscore_v2", "Likelihood to close"),
            choice("hs_pipeline", "Pipeline", options(("companies-lifecycle-pipeline", "Lifecycle Stage Pipeline"))),
        ),
    )


def _deals() -> list[PropertySeed]:
    return group(
        "deal_information",
        *computed(
            number("num_associated_deals", "Number of Associated Deals"),
            number("hs_num_open_deals", "Number of open deals"),
            amount("hs_total_deal_value", "Total open deal value", currency=None),
            amount("total_revenue", "Total Revenue", currency=None),
            amount("recent_deal_amount", "Recent Deal Amount", currency=None),
            moment("recent_deal_close_date", "Recent Deal Close Date"),
            moment("first_deal_created_date", "First Deal Created Date"),
            number("days_to_close", "Days to Close"),
        ),
    )


def _web() -> list[PropertySeed]:
    return group(
        "analyticsinformation",
        choice("hs_analytics_source", "Original Traffic Source", ANALYTICS_SOURCES),
        *given(
            text("hs_analytics_source_data_1", "Original Traffic Source Drill-Down 1"),
            text("hs_analytics_source_data_2", "Original Traffic Source Drill-Down 2"),
            choice("hs_analytics_latest_source", "Latest Traffic Source", ANALYTICS_SOURCES),
            moment("hs_analytics_latest_source_timestamp", "Latest Traffic Source Timestamp"),
            moment("hs_analytics_first_timestamp", "Time First Seen"),
            moment("hs_analytics_last_timestamp", "Time Last Seen"),
            moment("hs_analytics_first_visit_timestamp", "Time of First Session"),
            moment("hs_analytics_last_visit_timestamp", "Time of Last Session"),
            number("hs_analytics_num_page_views", "Number of Pageviews"),
            number("hs_analytics_num_visits", "Number of Sessions"),
            moment("first_conversion_date", "First Conversion Date"),
            text("first_conversion_event_name", "First Conversion"),
            moment("recent_conversion_date", "Recent Conversion Date"),
            text("recent_conversion_event_name", "Recent Conversion"),
            number("num_conversion_events", "Number of Form Submissions"),
        ),
    )


def _social() -> list[PropertySeed]:
    return group(
        "socialmediainformation",
        text("linkedin_company_page", "LinkedIn Company Page"),
        area("linkedinbio", "LinkedIn Bio"),
        text("facebook_company_page", "Facebook Company Page"),
        text("twitterhandle", "Twitter Handle"),
        number("twitterfollowers", "Twitter Followers"),
        text("googleplus_page", "Google Plus Page"),
    )


def company_properties(lifecycle: Sequence[OptionSeed]) -> list[PropertySeed]:
    """Return every property of companies for an account with these lifecycle stages."""
    return [
        *_about(),
        *_status(lifecycle),
        *_deals(),
        *_web(),
        *_social(),
        *lifecycle_properties(lifecycle, "companyinformation"),
    ]
