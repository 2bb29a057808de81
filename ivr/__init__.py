"""What a caller hears and can press: prompts and menus as data, and the script that runs them."""
