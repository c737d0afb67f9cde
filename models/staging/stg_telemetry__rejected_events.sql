with

judged_rows as (
    {{ judged_rows() | indent }}
),

final as (
    select
        outcome as reject_reason,
        raw_text,
        source_file,
        landed_at,
        loaded_at
    from judged_rows
    where outcome not in ('accepted', 'ignored')
)

select * from final
