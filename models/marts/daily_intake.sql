with

judged_rows as (
    {{ judged_rows() | indent }}
),

final as (
    select
        cast(landed_at as date) as landed_on,
        outcome,
        count(*) as row_count,
        cast(max(landed_at) as timestamp) as last_landed_at
    from judged_rows
    group by
        cast(landed_at as date),
        outcome
)

select * from final
