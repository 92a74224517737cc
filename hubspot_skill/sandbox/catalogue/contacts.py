"""The properties of contacts (facts 8.1), grouped as HubSpot groups them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hubspot_skill.sandbox.catalogue.choices import ANALYTICS_SOURCES, EMPLOYEE_RANGES, LEAD_STATUSES, OBJECT_SOURCES
from hubspot_skill.sandbox.catalogue.kinds import (
    amount,
    area,
    checkboxes,
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

__all__ = ["CONTACT_GROUPS", "contact_properties", "lifecycle_properties"]

CONTACT_GROUPS = [
    PropertyGroupSeed("contactinformation", "Contact information", 0),
    PropertyGroupSeed("contact_activity", "Contact activity", 1),
    PropertyGroupSeed("deal_information", "Deal information", 2),
    PropertyGroupSeed("analyticsinformation", "Web analytics history", 3),
    PropertyGroupSeed("conversioninformation", "Conversion information", 4),
    PropertyGroupSeed("emailinformation", "Email information", 5),
    PropertyGroupSeed("socialmediainformation", "Social media information", 6),
]

_BUYING_ROLES = options(
    ("BLOCKER", "Blocker"),
    ("BUDGET_HOLDER", "Budget Holder"),
    ("CHAMPION", "Champion"),
    ("DECISION_MAKER", "Decision Maker"),
    ("END_USER", "End User"),
    ("EXECUTIVE_SPONSOR", "Executive Sponsor"),
    ("INFLUENCER", "Influencer"),
    ("LEGAL_AND_COMPLIANCE", "Legal & Compliance"),
    ("OTHER", "Other"),
)

_SENIORITIES = options(
    ("entry", "Entry"),
    ("senior", "Senior"),
    ("manager", "Manager"),
    ("director", "Director"),
    ("vp", "VP"),
    ("executive", "Executive"),
    ("owner", "Owner"),
    ("partner", "Partner"),
)

_ROLES = options(
    ("accounting", "Accounting"),
    ("administrative", "Administrative"),
    ("business_development", "Business Development"),
    ("customer_service", "Customer Service"),
    ("engineering", "Engineering"),
    ("finance", "Finance"),
    ("human_resources", "Human Resources"),
    ("information_technology", "Information Technology"),
    ("legal", "Legal"),
    ("marketing", "Marketing"),
    ("operations", "Operations"),
    ("product_management", "Product Management"),
    ("sales", "Sales"),
    ("support", "Support"),
)

_LANGUAGES = options(
    ("en", "English"),
    ("de", "German"),
    ("fr", "French"),
    ("es", "Spanish"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("it", "Italian"),
)

_LEGAL_BASES = options(
    "Legitimate interest – prospect/lead",
    "Legitimate interest – existing customer",
    "Legitimate interest - other",
    "Performance of a contract",
    "Freely given consent from contact",
    "Not applicable",
)

_BOUNCE_REASONS = options(
    ("BAD_CONFIGURATION", "Bad configuration"),
    ("CONTENT", "Content"),
    ("MAILBOX_FULL", "Mailbox full"),
    ("OTHER", "Other"),
    ("POLICY", "Policy"),
    ("SPAM", "Spam"),
    ("UNKNOWN_USER", "Unknown user"),
)


def _form(*properties: PropertySeed) -> list[PropertySeed]:
    return [replace(each, form_field=True) for each in properties]


def _identity() -> list[PropertySeed]:
    return group(
        "contactinformation",
        *_form(
            text("email", "Email", "The contact's email address; no two contacts share one."),
            text("firstname", "First Name"),
            text("lastname", "Last Name"),
            text("salutation", "Salutation"),
            text("jobtitle", "Job Title"),
            text("company", "Company Name", "Free text; the associated company is another thing."),
            phone("phone", "Phone Number"),
            phone("mobilephone", "Mobile Phone Number"),
            text("fax", "Fax Number"),
            text("website", "Website URL"),
            text("address", "Street Address"),
            text("city", "City"),
            text("state", "State/Region"),
            text("zip", "Postal Code"),
            text("country", "Country/Region"),
            choice("hs_language", "Preferred language", _LANGUAGES),
            text("industry", "Industry", "Free text on a contact."),
            choice("numemployees", "Number of Employees", EMPLOYEE_RANGES),
            text("annualrevenue", "Annual Revenue"),
            area("message", "Message"),
            text("degree", "Degree"),
            text("field_of_study", "Field of study"),
            text("school", "School"),
            text("graduation_date", "Graduation date"),
            text("start_date", "Start date"),
            text("job_function", "Job function"),
            text("seniority", "Seniority"),
            text("gender", "Gender"),
            text("date_of_birth", "Date of birth"),
            text("marital_status", "Marital Status"),
            text("military_status", "Military status"),
            text("relationship_status", "Relationship Status"),
            text("work_email", "Work email"),
        ),
        choice("hs_role", "Employment Role", _ROLES),
        choice("hs_seniority", "Employment Seniority", _SENIORITIES),
        choice(
            "hs_persona",
            "Persona",
            options(("persona_1", "Operations Olga"), ("persona_2", "Finance Finn"), ("persona_3", "IT Ines")),
        ),
        phone("hs_whatsapp_phone_number", "WhatsApp Phone Number"),
        text("hs_linkedin_url", "LinkedIn URL"),
        text("hs_state_code", "State/Region Code"),
        text("hs_country_region_code", "Country/Region Code"),
        *computed(
            number("hs_object_id", "Record ID"),
            text("hs_email_domain", "Email Domain"),
            text("hs_full_name_or_email", "Full name or email"),
            text("hs_searchable_calculated_phone_number", "Phone number without its country code, for search"),
            text("hs_searchable_calculated_mobile_number", "Mobile number without its country code, for search"),
        ),
        *given(
            number("hs_merged_object_ids", "Merged record IDs"),
            text("hs_additional_emails", "Additional email addresses", "Addresses besides the first, `;` between."),
            choice(
                "hs_timezone",
                "Time Zone",
                options(
                    ("us_slash_eastern", "US/Eastern"),
                    ("us_slash_pacific", "US/Pacific"),
                    ("europe_slash_berlin", "Europe/Berlin"),
                    ("europe_slash_london", "Europe/London"),
                ),
            ),
            choice("hs_object_source", "Record creation source", OBJECT_SOURCES),
            text("hs_object_source_id", "Record creation source ID"),
            text("hs_object_source_label", "Record source"),
            text("hs_object_source_detail_1", "Record source detail 1"),
            number("hs_created_by_user_id", "Created by user ID"),
            number("hs_updated_by_user_id", "Updated by user ID"),
            text("hs_ip_timezone", "IP Timezone"),
            text("ip_city", "IP City"),
            text("ip_country", "IP Country"),
            text("ip_country_code", "IP Country Code"),
            text("ip_state", "IP State/Region"),
            text("ip_state_code", "IP State Code/Region Code"),
        ),
    )


def _status(lifecycle: Sequence[OptionSeed]) -> list[PropertySeed]:
    return group(
        "contact_activity",
        radio("lifecyclestage", "Lifecycle Stage", lifecycle, "Moves forward only, unless it is cleared first."),
        radio("hs_lead_status", "Lead Status", LEAD_STATUSES),
        owner("hubspot_owner_id", "Contact owner"),
        checkboxes("hs_buying_role", "Buying Role", _BUYING_ROLES),
        moment("closedate", "Close Date", "When the contact became a customer."),
        *computed(
            moment("createdate", "Create Date"),
            moment("lastmodifieddate", "Last Modified Date"),
            moment("hubspot_owner_assigneddate", "Owner assigned date"),
            moment("notes_last_contacted", "Last Contacted"),
            moment("notes_last_updated", "Last Activity Date"),
            moment("notes_next_activity_date", "Next Activity Date"),
            number("num_notes", "Number of Sales Activities"),
            number("num_contacted_notes", "Number of times contacted"),
            moment("hs_last_sales_activity_timestamp", "Last Engagement Date"),
            flag("hs_is_unworked", "Contact unworked"),
            flag("hs_is_contact", "Is a contact"),
        ),
        *given(
            moment(
                "hs_createdate", "Object create date/time", "Mostly empty on contacts; createdate is the one to read."
            ),
            choice("hubspot_team_id", "HubSpot Team", ()),
            number("hubspotscore", "HubSpot Score"),
            number("hs_predictivecontactscore_v2", "Likelihood to close"),
            choice(
                "hs_marketable_status",
                "Marketing contact status",
                options(("true", "Marketing contact"), ("false", "Non-marketing contact")),
            ),
            choice(
                "hs_marketable_until_renewal",
                "Marketing contact until next update",
                options(("true", "Yes"), ("false", "No")),
            ),
            moment("hs_sales_email_last_opened", "Recent Sales Email Opened Date"),
            moment("hs_sales_email_last_clicked", "Recent Sales Email Clicked Date"),
            moment("hs_sales_email_last_replied", "Recent Sales Email Replied Date"),
            moment("engagements_last_meeting_booked", "Date of last meeting booked in meetings tool"),
            text("engagements_last_meeting_booked_campaign", "Campaign of last booking in meetings tool"),
            text("engagements_last_meeting_booked_medium", "Medium of last booking in meetings tool"),
            text("engagements_last_meeting_booked_source", "Source of last booking in meetings tool"),
            moment("hs_latest_meeting_activity", "Latest meeting activity"),
            flag("hs_sequences_is_enrolled", "Currently in Sequence"),
            number("hs_sequences_enrolled_count", "Number of sequences enrolled"),
            moment("hs_latest_sequence_enrolled_date", "Last sequence enrolled date"),
            moment("hs_latest_sequence_ended_date", "Last sequence ended date"),
            choice("hs_pipeline", "Pipeline", options(("contacts-lifecycle-pipeline", "Lifecycle Stage Pipeline"))),
        ),
    )


def _deals() -> list[PropertySeed]:
    return group(
        "deal_information",
        *given(number("associatedcompanyid", "Primary Associated Company ID", "Writable in old versions only.")),
        *computed(
            number("num_associated_deals", "Number of Associated Deals"),
            amount("recent_deal_amount", "Recent Deal Amount", currency=None),
            moment("recent_deal_close_date", "Recent Deal Close Date"),
            amount("total_revenue", "Total Revenue", currency=None),
            moment("first_deal_created_date", "First Deal Created Date"),
            number("days_to_close", "Days To Close"),
        ),
    )


def _web() -> list[PropertySeed]:
    return group(
        "analyticsinformation",
        choice("hs_analytics_source", "Original Traffic Source", ANALYTICS_SOURCES),
        choice("hs_latest_source", "Latest Traffic Source", ANALYTICS_SOURCES),
        *given(
            text("hs_analytics_source_data_1", "Original Traffic Source Drill-Down 1"),
            text("hs_analytics_source_data_2", "Original Traffic Source Drill-Down 2"),
            text("hs_latest_source_data_1", "Latest Traffic Source Drill-Down 1"),
            text("hs_latest_source_data_2", "Latest Traffic Source Drill-Down 2"),
            moment("hs_latest_source_timestamp", "Latest Traffic Source Date"),
            text("hs_analytics_first_url", "First Page Seen"),
            text("hs_analytics_last_url", "Last Page Seen"),
            text("hs_analytics_first_referrer", "First Referring Site"),
            text("hs_analytics_last_referrer", "Last Referring Site"),
            moment("hs_analytics_first_timestamp", "Time First Seen"),
            moment("hs_analytics_last_timestamp", "Time Last Seen"),
            moment("hs_analytics_first_visit_timestamp", "Time of First Session"),
            moment("hs_analytics_last_visit_timestamp", "Time of Last Session"),
            number("hs_analytics_num_page_views", "Number of Pageviews"),
            number("hs_analytics_num_visits", "Number of Sessions"),
            number("hs_analytics_num_event_completions", "Number of event completions"),
            number("hs_analytics_average_page_views", "Average Pageviews"),
            amount("hs_analytics_revenue", "Event Revenue", currency=None),
            text("hs_analytics_first_touch_converting_campaign", "First Touch Converting Campaign"),
            text("hs_analytics_last_touch_converting_campaign", "Last Touch Converting Campaign"),
            text("hs_google_click_id", "Google ad click id"),
            text("hs_facebook_click_id", "Facebook click id"),
        ),
    )


def _forms() -> list[PropertySeed]:
    return group(
        "conversioninformation",
        *given(
            moment("first_conversion_date", "First Conversion Date"),
            text("first_conversion_event_name", "First Conversion"),
            moment("recent_conversion_date", "Recent Conversion Date"),
            text("recent_conversion_event_name", "Recent Conversion"),
            number("num_conversion_events", "Number of Form Submissions"),
            number("num_unique_conversion_events", "Number of Unique Forms Submitted"),
        ),
    )


def _email() -> list[PropertySeed]:
    return group(
        "emailinformation",
        checkboxes("hs_legal_basis", "Legal basis for processing contact's data", _LEGAL_BASES),
        flag("hs_email_optout", "Unsubscribed from all email"),
        *given(
            number("hs_email_delivered", "Marketing emails delivered"),
            number("hs_email_open", "Marketing emails opened"),
            number("hs_email_click", "Marketing emails clicked"),
            number("hs_email_bounce", "Marketing emails bounced"),
            number("hs_email_replied", "Marketing emails replied"),
            number("hs_email_sends_since_last_engagement", "Sends Since Last Engagement"),
            moment("hs_email_first_send_date", "First marketing email send date"),
            moment("hs_email_first_open_date", "First marketing email open date"),
            moment("hs_email_first_click_date", "First marketing email click date"),
            moment("hs_email_first_reply_date", "First marketing email reply date"),
            moment("hs_email_last_send_date", "Last marketing email send date"),
            moment("hs_email_last_open_date", "Last marketing email open date"),
            moment("hs_email_last_click_date", "Last marketing email click date"),
            moment("hs_email_last_reply_date", "Last marketing email reply date"),
            text("hs_email_last_email_name", "Last marketing email name"),
            flag("hs_email_quarantined", "Email address quarantined"),
            choice("hs_email_hard_bounce_reason_enum", "Email hard bounce reason", _BOUNCE_REASONS),
            flag("hs_email_bad_address", "Invalid email address"),
        ),
    )


def _social() -> list[PropertySeed]:
    return group(
        "socialmediainformation",
        text("twitterhandle", "Twitter Username"),
        text("twitterbio", "Twitter Bio"),
        number("followercount", "Follower Count"),
        text("linkedinbio", "LinkedIn Bio"),
        number("linkedinconnections", "LinkedIn Connections"),
        number("kloutscoregeneral", "Klout Score"),
        text("photo", "Photo"),
        *given(
            number("hs_social_facebook_clicks", "Facebook Clicks"),
            number("hs_social_linkedin_clicks", "LinkedIn Clicks"),
            number("hs_social_twitter_clicks", "Twitter Clicks"),
            number("hs_social_num_broadcast_clicks", "Broadcast Clicks"),
            moment("hs_social_last_engagement", "Most Recent Social Click"),
        ),
    )


def lifecycle_properties(stages: Sequence[OptionSeed], group_name: str) -> list[PropertySeed]:
    """Return the dates and times that HubSpot keeps for every lifecycle stage, by the stage's internal value."""

    def each() -> Iterator[PropertySeed]:
        for stage in stages:
            yield moment(f"hs_lifecyclestage_{stage.value}_date", f"Became a {stage.label} Date")
            yield moment(
                f"hs_v2_date_entered_{stage.value}", f'Date entered "{stage.label} (Lifecycle Stage Pipeline)"'
            )
            yield moment(f"hs_v2_date_exited_{stage.value}", f'Date exited "{stage.label} (Lifecycle Stage Pipeline)"')
            yield number(
                f"hs_v2_latest_time_in_{stage.value}", f'Latest time in "{stage.label} (Lifecycle Stage Pipeline)"'
            )
            yield number(
                f"hs_v2_cumulative_time_in_{stage.value}",
                f'Cumulative time in "{stage.label} (Lifecycle Stage Pipeline)"',
            )

    return group(group_name, *computed(*each()))


def contact_properties(lifecycle: Sequence[OptionSeed]) -> list[PropertySeed]:
    """Return every property of contacts for an account with these lifecycle stages."""
    return [
        *_identity(),
        *_status(lifecycle),
        *_deals(),
        *_web(),
        *_forms(),
        *_email(),
        *_social(),
        *lifecycle_properties(lifecycle, "contactinformation"),
    ]
