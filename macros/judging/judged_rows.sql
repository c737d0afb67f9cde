{#- The query, for a CTE's body, of the landed rows as they are judged. Where a row's session or fields hang on other rows
    (docs/players.md), those are looked at first; else base_telemetry__events has judged them as they landed. -#}
{% macro judged_rows(of_new_roots=false) -%}
    {%- if is_sequenced() -%}
        {{ sequenced_rows(of_new_roots) }}
    {%- else -%}
        select * from {{ ref('base_telemetry__events') }}
    {%- endif -%}
{%- endmacro %}

{#- All that other rows tell is told by session and time: so rows of one time are told the same, whatever their order, and
    what is put in order is narrow. -#}
{% macro sequenced_rows(of_new_roots) %}
{%- set carried = carried_fields() -%}
{%- set gap = session_gap() -%}
{%- set viewer = [] if not carried or 'customer_id' in carried else ['customer_id'] -%}
{%- set keys = ['session_id'] + viewer + ['event_timestamp'] -%}
{%- set session = (['session_id'] + (['started_at'] if gap is not none else []) + viewer) | join(', ') -%}
with

landed as (
    select * from {{ ref('base_telemetry__events') }}
    {%- if of_new_roots %}
    where {{ is_of_new_root() }}
    {%- endif %}
),

moments as (
    select
        {{ keys | join(',\n        ') }},
        {%- for field in carried %}
        max({{ field }}) as {{ field }},
        {%- endfor %}
        {%- if gap is not none %}
        max(
            coalesce(case when event_type in ('span', 'play') then ended_at end, event_timestamp)
        ) as lasts_until,
        {%- endif %}
        max(loaded_at) as loaded_at
    from landed
    where session_id is not null and event_timestamp is not null
    group by {{ keys | join(', ') }}
),
{%- if gap is not none %}

heard as (
    select
        *,
        max(lasts_until) over (
            partition by session_id
            order by event_timestamp rows between unbounded preceding and 1 preceding
        ) as heard_until
    from moments
),

-- After a silence another session begins.
begun as (
    select
        *,
        max(
            case
                when {{ add_seconds('heard_until', gap) }} >= event_timestamp then null
                else event_timestamp
            end
        ) over (
            partition by session_id
            order by event_timestamp range between unbounded preceding and current row
        ) as started_at
    from heard
),
{%- endif %}

told as (
    select
        {{ keys | join(',\n        ') }},
        {%- for field in carried %}
        {{ last_known(field) }} over so_far as {{ field }},
        {%- endfor %}
        {%- if gap is not none %}
        session_id || '/' || {{ iso_timestamp('started_at') }} as told_session_id,
        {%- endif %}
        -- What lands in a session may change what its other rows are.
        max(loaded_at) over (partition by {{ session }}) as changed_at
    from {{ 'moments' if gap is none else 'begun' }}
    {%- if carried %}
    window so_far as (
        partition by {{ session }}
        order by event_timestamp rows between unbounded preceding and current row
    )
    {%- endif %}
),

filled as (
    select
        landed.event_uuid,
        landed.event_text,
        {%- for field in telemetry_fields() if field != 'event_id' %}
        {%- if field == 'session_id' and gap is not none %}
        told.told_session_id as session_id,
        {%- elif field in carried %}
        coalesce(landed.{{ field }}, told.{{ field }}) as {{ field }},
        {%- else %}
        landed.{{ field }},
        {%- endif %}
        {%- endfor %}
        landed.is_unreadable,
        landed.landed_at,
        landed.loaded_at,
        coalesce(told.changed_at, landed.loaded_at) as changed_at,
        landed.source_file,
        landed.outcome as own_outcome,
        landed.raw_text,
        true as is_readable,
        true as is_timely
    from landed
    left join told
        on
            {% for key in keys -%}
            landed.{{ key }} = told.{{ key }}
            {%- if not loop.last %}
            and {% endif %}
            {%- endfor %}
),

described as (
    {{ with_titles('filled') | indent }}
),

-- Without a session or a time a row hangs on no other.
judged as (
    select
        *,
        case
            when session_id is null or event_timestamp is null then own_outcome
            else {{ outcome() | indent(12) }}
        end as outcome
    from described
)

select
    case when outcome = 'accepted' then event_uuid end as event_uuid,
    case when outcome = 'accepted' then event_text end as event_text,
    {{- kept_fields("outcome = 'accepted'") }}
    landed_at,
    loaded_at,
    changed_at,
    source_file,
    outcome,
    case when outcome not in ('accepted', 'ignored') then raw_text end as raw_text
from judged
{% endmacro %}
