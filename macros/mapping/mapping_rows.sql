{#- Which rows are meant: `where`, a list of conditions that must all hold, each with a `path`, the `texts`
    that are wanted, whether NULL is too (`or_null`), and whether it is the others that are (`negated`);
    and `each`, none or the `path` of the list whose elements are rows, with `split` where it is text. -#}
{% macro mapping_rows(given) %}
    {% set conditions, where = [], "var telemetry_rows has where" %}
    {% if given.where is defined and given.where is not none %}
        {% if given.where is not mapping %}
            {{ stop(where ~ ": " ~ given.where ~ "; give a mapping, {path: wanted}") }}
        {% endif %}
        {% for path, wanted in given.where.items() %}
            {% do conditions.append(mapping_condition(path, wanted, where)) %}
        {% endfor %}
    {% endif %}
    {{ return({'where': conditions, 'each': mapping_each(given.get('each'))}) }}
{% endmacro %}

{% macro mapping_condition(path, given, where) %}
    {% set negated = given is mapping %}
    {% if negated and given.keys() | list != ['not'] %}
        {{ stop(where ~ "." ~ path ~ ": " ~ given ~ "; give a value, a list of them, null, or {not: …}") }}
    {% endif %}
    {% set wanted = given['not'] if negated else given %}
    {% set texts, values = [], [wanted] if wanted is string or wanted is not sequence else wanted %}
    {% for value in values if value is not none %}
        {% do texts.append(mapping_literal(value, where ~ "." ~ path)) %}
    {% endfor %}
    {{ return({
        'path': mapping_path(path, where),
        'texts': texts,
        'or_null': none in values,
        'negated': negated
    }) }}
{% endmacro %}

{% macro mapping_each(given) %}
    {% set where = "var telemetry_rows has each" %}
    {% if given is none %}{{ return(none) }}{% endif %}
    {% set settings = given if given is mapping else {'from': given} %}
    {% for key in settings %}
        {% do one_of(['from', 'split'], key, where ~ " with an unknown key, " ~ key) %}
    {% endfor %}
    {% if settings.split is defined and (settings.split is not string or not settings.split) %}
        {{ stop(where ~ ".split: " ~ settings.split ~ "; give the text between two elements") }}
    {% endif %}
    {{ return({'path': mapping_path(settings.get('from'), where), 'split': settings.get('split')}) }}
{% endmacro %}
