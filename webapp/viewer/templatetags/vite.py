"""`{% vite_assets "src/reading.tsx" %}`: script and style elements of one entry of the built viewer."""

from django import template

from webapp.built_viewer import assets

register = template.Library()
register.simple_tag(assets, name="vite_assets")
