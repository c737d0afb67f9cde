with

titles as (
    select * from {{ ref('int_titles_rated') }}
    where average_viewer_retention is not null
),

compared as (
    select
        title_id,
        rank() over (partition by duration_band order by average_viewer_retention) as place,
        count(*) over (partition by duration_band) as title_count
    from titles
),

-- percent_rank, but NULL for a title that has no other to compare with.
final as (
    select
        title_id,
        cast(place - 1 as double) / nullif(title_count - 1, 0) as retention_rank
    from compared
)

select * from final
