import secret "shop.example/pkg/secret/v2"
t.pass("tests/pass/2*.rs");
token = (
    "access"
)
field.setPassword("password")
label password "Enter your password"
