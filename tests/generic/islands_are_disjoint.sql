{#- Islands of one key are not empty, do not overlap and do not touch. -#}
{% test islands_are_disjoint(model, keys, start, end) %}
with

islands as (
    select
        *,
        lag({{ end }}) over (
            partition by {{ keys | join(', ') }} order by {{ start }}, {{ end }}
        ) as previous_end
    from {{ model }}
)

select *
from islands
where {{ end }} <= {{ start }} or {{ start }} <= previous_end
{% endtest %}
