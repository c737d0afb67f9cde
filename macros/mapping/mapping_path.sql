{#- A path of docs/players.md taken apart: `text` as it was written, and `steps`, each a list:
    ['key', name], ['index', number], ['match', key, value], or ['parse'] where text is read as JSON. -#}
{% macro mapping_path(text, where) %}
    {% set re = modules.re %}
    {% if text is not string or not text | trim %}
        {{ stop(where ~ ": " ~ text ~ "; give a path, such as player.position") }}
    {% endif %}
    {% set quoted = '"((?:[^"]|"")*)"' %}
    {% set rest, steps = namespace(text=text | trim, depth=0), [] %}
    {% for _ in range(text | length) if rest.text.startswith('json(') %}
        {% set rest.text, rest.depth = rest.text[5:].lstrip(), rest.depth + 1 %}
    {% endfor %}
    {% for _ in range(text | length) if rest.text %}
        {% set dot = '[.]' if steps else '' %}
        {% set key = re.match(dot ~ '(?:' ~ quoted ~ '|([^.\\[\\]"()]+))', rest.text) %}
        {% set index = re.match('\\[ *([0-9]+) *\\]', rest.text) %}
        {% set match = re.match(
            '\\[ *(?:' ~ quoted ~ '|([^=\\[\\]"()]+?)) *= *(?:' ~ quoted ~ '|([^\\[\\]"]*?)) *\\]', rest.text
        ) %}
        {% if key %}
            {% set name = key.group(2) if key.group(1) is none else key.group(1) | replace('""', '"') %}
            {% do steps.append(['key', name]) %}
        {% elif steps and index %}
            {% do steps.append(['index', index.group(1) | int]) %}
        {% elif steps and match %}
            {% set names = [] %}
            {% for name, bare in [(match.group(1), match.group(2)), (match.group(3), match.group(4))] %}
                {% do names.append(bare if name is none else name | replace('""', '"')) %}
            {% endfor %}
            {% do steps.append(['match'] + names) %}
        {% elif steps and rest.depth and rest.text.startswith(')') %}
            {% set rest.depth = rest.depth - 1 %}
            {% do steps.append(['parse']) %}
        {% else %}
            {{ stop(
                where ~ ": " ~ text ~ ", which is no path from `" ~ rest.text ~ "` on; give steps with dots "
                ~ "between, as in a.b[0].c, and a key that holds any of . [ ] \" ( ) in double quotes"
            ) }}
        {% endif %}
        {% set taken = 1 if steps[-1] == ['parse'] else (key or index or match).end() %}
        {% set rest.text = rest.text[taken:] %}
    {% endfor %}
    {% if rest.depth %}
        {{ stop(where ~ ": " ~ text ~ ", in which json( has no end; close it with )") }}
    {% endif %}
    {{ return({'text': text | trim, 'steps': steps}) }}
{% endmacro %}
