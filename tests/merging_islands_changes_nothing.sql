-- Merging is idempotent: islands merged again are the same islands.
with

islands as (
    select
        customer_id,
        title_id,
        start_seconds,
        end_seconds
    from {{ ref('int_watch_coverage') }}
),

merged_again as (
    {{ merge_intervals(
        'islands', ['customer_id', 'title_id'], 'start_seconds', 'end_seconds'
    ) }}
)

(
    select * from islands
    except
    select * from merged_again
)
union all
(
    select * from merged_again
    except
    select * from islands
)
