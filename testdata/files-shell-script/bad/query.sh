#!/bin/sh
curl -s "https://api.example.org/v1/till?page=2&api_key=Wq7nLx3ZrT9vKm5YcB8dHj2P"
twine upload -u __token__ -p Zk8rTq4XnW6vLm2YcB9dHj3P dist/*
curl -s "https://api.example.org/v1/till?api_key=$API_KEY&page=2"
