{#- What macro reading_plan needs of columns that hold others. A place is a mapping of its `sql` and its `type`. -#}

{#- Whether a column's type is JSON. -#}
{% macro is_json(type) %}
    {{ return(type | lower == 'json') }}
{% endmacro %}

{#- One step into a place, none where there is no such thing; names do not mind case. -#}
{% macro nested_step(place, step) %}
    {{ return(adapter.dispatch('nested_step', 'playhead')(place, step)) }}
{% endmacro %}

{#- Of a table of the Glue catalog, whose types are Hive's. -#}
{% macro default__nested_step(place, step) %}
    {% set sql, type = place.sql, place.type %}
    {% if step[0] in ['index', 'match'] and type.startswith('array<') %}
        {% if step[0] == 'index' %}
            {{ return({'sql': "element_at(" ~ sql ~ ", " ~ (step[1] + 1) ~ ")", 'type': type[6:-1]}) }}
        {% endif %}
        {% set key = nested_step({'sql': 'item', 'type': type[6:-1]}, ['key', step[1]]) %}
        {% if key is none %}{{ return(none) }}{% endif %}
        {{ return({
            'sql': "element_at(filter(" ~ sql ~ ", item -> cast(" ~ key.sql ~ " as varchar) = "
            ~ quoted_text(step[2]) ~ "), 1)",
            'type': type[6:-1]
        }) }}
    {% elif step[0] == 'key' and type.startswith('struct<') %}
        {% for name, inner in members(type[7:-1]) if name | lower == step[1] | lower %}
            {{ return({'sql': sql ~ '.' ~ adapter.quote(name), 'type': inner}) }}
        {% endfor %}
    {% elif step[0] == 'key' and type.startswith('map<string,') %}
        {{ return({
            'sql': "element_at(" ~ sql ~ ", " ~ quoted_text(step[1]) ~ ")", 'type': type[11:-1] | trim
        }) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{% macro duckdb__nested_step(place, step) %}
    {% set sql, type = place.sql, place.type %}
    {% if step[0] in ['index', 'match'] and type.endswith('[]') %}
        {% if step[0] == 'index' %}
            {{ return({'sql': sql ~ "[" ~ (step[1] + 1) ~ "]", 'type': type[:-2]}) }}
        {% endif %}
        {% set key = nested_step({'sql': 'item', 'type': type[:-2]}, ['key', step[1]]) %}
        {% if key is none %}{{ return(none) }}{% endif %}
        {{ return({
            'sql': "list_extract(list_filter(" ~ sql ~ ", lambda item: cast(" ~ key.sql ~ " as varchar) = "
            ~ quoted_text(step[2]) ~ "), 1)",
            'type': type[:-2]
        }) }}
    {% elif step[0] == 'key' and type.startswith('STRUCT(') and type.endswith(')') %}
        {% for name, inner in members(type[7:-1]) if name | lower == step[1] | lower %}
            {{ return({'sql': "struct_extract(" ~ sql ~ ", " ~ quoted_text(name) ~ ")", 'type': inner}) }}
        {% endfor %}
    {% elif step[0] == 'key' and type.startswith('MAP(VARCHAR, ') and type.endswith(')') %}
        {{ return({'sql': sql ~ "[" ~ quoted_text(step[1]) ~ "]", 'type': type[13:-1]}) }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}

{#- The members of a struct, each its name and type, from what stands between its parentheses. -#}
{% macro members(text) %}
    {% set found, state = [], namespace(depth=0, start=0, is_quoted=false) %}
    {% for letter in text ~ ',' %}
        {% if letter == '"' %}
            {% set state.is_quoted = not state.is_quoted %}
        {% elif state.is_quoted %}
        {% elif letter in '(<' %}
            {% set state.depth = state.depth + 1 %}
        {% elif letter in ')>' %}
            {% set state.depth = state.depth - 1 %}
        {% elif letter == ',' and state.depth == 0 %}
            {% set member = text[state.start:loop.index0] | trim %}
            {% set name = modules.re.match('"((?:[^"]|"")*)" |([^ :]+)[ :]', member) %}
            {% do found.append((
                name.group(2) if name.group(1) is none else name.group(1) | replace('""', '"'),
                member[name.end():] | trim
            )) %}
            {% set state.start = loop.index %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#- The type of a list's elements; none of what is no list. -#}
{% macro list_type(type) %}
    {{ return(adapter.dispatch('list_type', 'playhead')(type)) }}
{% endmacro %}

{% macro default__list_type(type) %}
    {{ return(type[6:-1] if type.startswith('array<') else 'string') }}
{% endmacro %}

{% macro duckdb__list_type(type) %}
    {{ return(type[:-2] if type.endswith('[]') else 'VARCHAR') }}
{% endmacro %}

{#- The list at a place; NULL where there is none. -#}
{% macro list_of_column(place) %}
    {{ return(adapter.dispatch('list_of_column', 'playhead')(place)) }}
{% endmacro %}

{#- Unnested, a list of rows would give a column for each of their fields: so each row is put into one. -#}
{% macro default__list_of_column(place) %}
    {{ return(
        "transform(" ~ place.sql ~ ", item -> row(item))" if place.type.startswith('array<')
        else "cast(null as array(varchar))"
    ) }}
{% endmacro %}

{% macro duckdb__list_of_column(place) %}
    {{ return(place.sql if place.type.endswith('[]') else "cast(null as varchar[])") }}
{% endmacro %}

{#- What is at a place, as text where it is nested. -#}
{% macro nested_text(place) %}
    {{ return(adapter.dispatch('nested_text', 'playhead')(place)) }}
{% endmacro %}

{% macro default__nested_text(place) %}
    {% set is_nested = place.type.endswith('>') %}
    {{ return(
        "json_format(cast(" ~ place.sql ~ " as json))" if is_nested else "cast(" ~ place.sql ~ " as varchar)"
    ) }}
{% endmacro %}

{% macro duckdb__nested_text(place) %}
    {% set is_nested = place.type.endswith(')') and not place.type.startswith('DECIMAL') or place.type.endswith('[]') %}
    {{ return("cast(to_json(" ~ place.sql ~ ") as varchar)" if is_nested else place.sql) }}
{% endmacro %}

{#- A text cut into a list; none of blank text. -#}
{% macro split_text(text, separator) %}
    {{ return(adapter.dispatch('split_text', 'playhead')(text, separator)) }}
{% endmacro %}

{% macro default__split_text(text, separator) %}
    {{ return("split(" ~ as_text(text) ~ ", " ~ quoted_text(separator) ~ ")") }}
{% endmacro %}

{% macro duckdb__split_text(text, separator) %}
    {{ return("string_split(" ~ as_text(text) ~ ", " ~ quoted_text(separator) ~ ")") }}
{% endmacro %}
