{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}

with

spans as (
    select * from {{ ref('int_playback_spans') }}
),

stated_spans as (
    select * from {{ ref('int_stated_spans') }}
),

sums as (
    select
        {{ title }},
        sum(forward_skip_count) as forward_skip_count,
        sum(backward_skip_count) as backward_skip_count,
        sum(pause_change) as pause_change,
        count(*) filter (where evidence = 'seek') as seek_count,
        min(event_number) filter (where evidence is not null) as first_played_number
    from spans
    group by {{ title }}
),

-- Before the first played second a halt is start-up, and no stall.
stalls as (
    select
        spans.customer_id,
        spans.session_id,
        spans.title_id,
        count(*) as stall_count,
        sum(coalesce(spans.stall_seconds, 0)) as stall_seconds
    from spans
    inner join sums
        on
            spans.customer_id = sums.customer_id
            and spans.session_id = sums.session_id
            and spans.title_id = sums.title_id
    where spans.is_stall and spans.event_number > sums.first_played_number
    group by spans.customer_id, spans.session_id, spans.title_id
),

measures as (
    select
        {{ title }},
        forward_skip_count,
        backward_skip_count,
        pause_change,
        seek_count,
        0 as stall_count,
        0 as stall_seconds,
        cast(null as decimal(13, 3)) as max_stated_seconds
    from sums

    union all

    select
        {{ title }},
        0 as forward_skip_count,
        0 as backward_skip_count,
        0 as pause_change,
        0 as seek_count,
        stall_count,
        stall_seconds,
        cast(null as decimal(13, 3)) as max_stated_seconds
    from stalls

    union all

    select
        {{ title }},
        forward_skip_count,
        backward_skip_count,
        0 as pause_change,
        0 as seek_count,
        0 as stall_count,
        0 as stall_seconds,
        furthest_seconds as max_stated_seconds
    from stated_spans
),

final as (
    select
        {{ title }},
        cast(sum(forward_skip_count) as bigint) as forward_skip_count,
        cast(sum(backward_skip_count) as bigint) as backward_skip_count,
        cast(sum(pause_change) as bigint) as pause_change,
        sum(seek_count) > 0 as has_seek_evidence,
        cast(sum(stall_count) as bigint) as stall_count,
        cast(sum(stall_seconds) as decimal(18, 3)) as stall_seconds,
        max(max_stated_seconds) as max_stated_seconds
    from measures
    group by {{ title }}
)

select * from final
