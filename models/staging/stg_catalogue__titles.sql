with

titles as (
    select * from {{ source('catalogue', 'titles') if has_titles_source() else ref('titles') }}
),

final as (
    select
        trim(cast(title_id as varchar)) as title_id,
        cast(title_name as varchar) as title_name,
        cast(title_type as varchar) as title_type,
        cast(genre as varchar) as genre,
        -- A duration that is no length is none: such a title is a live stream.
        case
            when try_cast(duration_seconds as decimal(12, 3)) > 0
                then try_cast(duration_seconds as decimal(12, 3))
        end as duration_seconds,
        try_cast(released_on as date) as released_on
    from titles
    where trim(cast(title_id as varchar)) <> ''
)

select * from final
