{{ config(materialized='table') }}

with

-- Before all that is kept is touched: what a run leaves that does not end is known by it.
final as (
    select
        cast(name as varchar) as name,
        cast(value as varchar) as value
    from (
        values
        {%- for name, value in fingerprint().items() %}
        ('{{ name | replace("'", "''") }}', '{{ value | replace("'", "''") }}')
        {{- "," if not loop.last }}
        {%- endfor %}
    ) as settings (name, value)
)

select * from final
