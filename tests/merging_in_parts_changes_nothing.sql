-- Merging is associative: each session merged alone, then all sessions of a viewer, gives the same.
with

intervals as (
    select * from {{ ref('int_watch_intervals') }}
    where start_seconds is not null
),

islands_of_sessions as (
    {{ merge_intervals(
        'intervals', ['customer_id', 'session_id', 'title_id'], 'start_seconds', 'end_seconds'
    ) }}
),

merged_in_parts as (
    {{ merge_intervals(
        'islands_of_sessions', ['customer_id', 'title_id'], 'start_seconds', 'end_seconds'
    ) }}
),

coverage as (
    select
        customer_id,
        title_id,
        start_seconds,
        end_seconds
    from {{ ref('int_watch_coverage') }}
)

(
    select * from coverage
    except
    select * from merged_in_parts
)
union all
(
    select * from merged_in_parts
    except
    select * from coverage
)
