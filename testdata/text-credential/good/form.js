const passwordField = "user_password";
const token = getToken("session");
const password = document.querySelector("#password").value;
labels = { password: "Password", resetPassword: "Reset your password", passwordHint: "password-hint" };
type = "password"; apiKey = process.env.API_KEY;
const secretName = 'checkout-secret';
fetch("https://user:password@localhost/health");
const invalidToken = "x7Kq02LmZt94QdWn8sVr";
const accessKey = "glc_00000000000000000000000000000000000000000000=";
