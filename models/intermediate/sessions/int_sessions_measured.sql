{%- set title = ['customer_id', 'session_id', 'title_id'] | join(', ') %}

with

switched_spans as (
    select * from {{ ref('int_switched_spans') }}
    where {{ is_derived_anew() }}
),

spans as (
    select
        {{ title }},
        event_number,
        evidence,
        {{ add_seconds('wall_started_at', '-idle_seconds') }} as begins_at,
        startup_lag_seconds,
        forward_skip_count,
        backward_skip_count,
        pause_change,
        cast(null as decimal(13, 3)) as furthest_seconds,
        evidence is not null
        or (
            left_open_seconds is not null
            and ({{ title }}) in (select {{ title }} from switched_spans)
        ) as is_played
    from {{ ref('int_playback_spans') }}
    where {{ is_derived_anew() }}

    union all

    select
        {{ title }},
        event_number,
        evidence,
        wall_started_at as begins_at,
        null as startup_lag_seconds,
        forward_skip_count,
        backward_skip_count,
        0 as pause_change,
        furthest_seconds,
        false as is_played
    from {{ ref('int_stated_spans') }}
    where {{ is_derived_anew() }}
),

sums as (
    select
        {{ title }},
        sum(forward_skip_count) as forward_skip_count,
        sum(backward_skip_count) as backward_skip_count,
        sum(pause_change) as pause_change,
        max(furthest_seconds) as max_stated_seconds,
        count(*) filter (where evidence = 'seek') as seek_count,
        min(event_number) filter (where is_played) as first_played_number,
        min_by(begins_at, event_number) filter (where is_played) as first_played_at,
        nullif(
            min_by(coalesce(startup_lag_seconds, -1), event_number) filter (where is_played), -1
        ) as startup_lag_seconds
    from spans
    group by {{ title }}
),

-- Before the first played second a halt is start-up, and no stall. Few sessions tell of any.
halts as (
    select
        halts.customer_id,
        halts.session_id,
        halts.title_id,
        count(*) filter (
            where halts.is_stall and halts.event_number > sums.first_played_number
        ) as stall_count,
        sum(halts.stall_seconds) filter (
            where halts.is_stall and halts.event_number > sums.first_played_number
        ) as stall_seconds,
        max(halts.wall_started_at) filter (
            where halts.is_buffer_event and halts.event_number <= sums.first_played_number
        ) as last_startup_buffer_at
    from {{ ref('int_playback_spans') }} as halts
    inner join sums
        on
            halts.customer_id = sums.customer_id
            and halts.session_id = sums.session_id
            and halts.title_id = sums.title_id
    where halts.is_stall or halts.is_buffer_event
    group by halts.customer_id, halts.session_id, halts.title_id
),

final as (
    select
        sums.*,
        halts.stall_count,
        halts.stall_seconds,
        halts.last_startup_buffer_at
    from sums
    left join halts
        on
            sums.customer_id = halts.customer_id
            and sums.session_id = halts.session_id
            and sums.title_id = halts.title_id
)

select * from final
