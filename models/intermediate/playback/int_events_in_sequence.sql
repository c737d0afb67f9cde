with

final as (
    {{ events_in_sequence() }}
)

select * from final
