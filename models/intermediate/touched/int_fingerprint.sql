{{ config(materialized='table') }}

with

-- Written before anything that is kept: so what a run leaves that does not end is known by it.
found (setting, setting_value) as (
    values
    {%- for setting, value in fingerprint().items() %}
    (
        '{{ setting | replace("'", "''") }}',
        '{{ value | replace("'", "''") }}'
    )
    {{- "," if not loop.last }}
    {%- endfor %}
),

final as (
    select
        cast(setting as varchar) as setting,
        cast(setting_value as varchar) as setting_value
    from found
)

select * from final
