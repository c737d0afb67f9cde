{#- Hook: applies vars rejected_text and rejected_text_days to what earlier runs have kept. -#}
{% macro expire_rejected_text() %}
    {% set length, days = kept_text_length(), whole_days('rejected_text_days') %}
    {% if length is not none %}
    update {{ this }}
    set raw_text = {{ "substr(raw_text, 1, " ~ length ~ ")" if length else "null" }}
    where length(raw_text) > {{ length or -1 }};
    {% endif %}
    {% if days %}
    update {{ this }}
    set raw_text = null
    where raw_text is not null and loaded_at < {{ run_started() }} - interval '{{ days }}' day;
    {% endif %}
{% endmacro %}
