{#- The part of the UTC day in which a timestamp lies. -#}
{% macro daypart(timestamp) -%}
    case
        when extract(hour from {{ timestamp }}) < 2 then 'evening'
        when extract(hour from {{ timestamp }}) < 6 then 'late_night'
        when extract(hour from {{ timestamp }}) < 10 then 'morning'
        when extract(hour from {{ timestamp }}) < 14 then 'midday'
        when extract(hour from {{ timestamp }}) < 18 then 'afternoon'
        when extract(hour from {{ timestamp }}) < 22 then 'prime_time'
        else 'evening'
    end
{%- endmacro %}
