"""A service on Flask-JWT-Extended, as its documentation builds one. Its settings are variables: FLASK_JWT_…."""

import logging
import sqlite3
from datetime import timedelta

from flask import Flask, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    current_user,
    get_jwt,
    get_jwt_identity,
    jwt_required,
    set_access_cookies,
    set_refresh_cookies,
    unset_jwt_cookies,
)
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
app.config["DATABASE"] = "service.db"
app.config["IDENTITY"] = "text"
app.config["JWT_ACCESS_TOKEN_EXPIRES"] = timedelta(hours=1)
app.config.from_prefixed_env()
jwt = JWTManager(app)


def query(sql, *values):
    with sqlite3.connect(app.config["DATABASE"]) as database:
        database.row_factory = sqlite3.Row
        return database.execute(sql, values).fetchall()


def find_user(user_id):
    return next(iter(query("SELECT * FROM users WHERE id = ?", int(user_id))), None)


@jwt.user_identity_loader
def identify(user):
    return user["id"] if app.config["IDENTITY"] == "number" else str(user["id"])


@jwt.additional_claims_loader
def add_claims(user):
    return {"roles": user["roles"].split(), "tenant": "acme"}


@jwt.user_lookup_loader
def look_up(_header, claims):
    return find_user(claims[app.config["JWT_IDENTITY_CLAIM"]])


@jwt.token_in_blocklist_loader
def is_revoked(_header, claims):
    return bool(query("SELECT 1 FROM token_blocklist WHERE jti = ?", claims["jti"]))


@app.post("/login")
def login():
    """`fresh` and `life`: for how many seconds the token is fresh, and good."""
    given = request.get_json()
    user = next(iter(query("SELECT * FROM users WHERE username = ?", given["username"])), None)
    if user is None or not check_password_hash(user["password_hash"], given["password"]):
        return jsonify(msg="Bad username or password"), 401
    fresh = timedelta(seconds=given["fresh"]) if "fresh" in given else True
    life = timedelta(seconds=given["life"]) if "life" in given else None
    tokens = create_access_token(user, fresh=fresh, expires_delta=life), create_refresh_token(user)
    answer = jsonify(access_token=tokens[0], refresh_token=tokens[1])
    if "cookies" in app.config["JWT_TOKEN_LOCATION"]:
        set_access_cookies(answer, tokens[0])
        set_refresh_cookies(answer, tokens[1])
    return answer


@app.post("/refresh")
@jwt_required(refresh=True)
def refresh():
    return jsonify(access_token=create_access_token(current_user, fresh=False))


@app.post("/logout")
@jwt_required(verify_type=False)
def logout():
    query("INSERT INTO token_blocklist (jti) VALUES (?)", get_jwt()["jti"])
    answer = jsonify(msg="Logged out")
    unset_jwt_cookies(answer)
    return answer


@app.route("/protected", methods=["GET", "POST"])
@jwt_required()
def protected():
    return jsonify(identity=get_jwt_identity(), username=current_user["username"], claims=get_jwt())


@app.post("/recent")
@jwt_required(fresh=True)
def recent():
    return jsonify(identity=get_jwt_identity())


@app.get("/optional")
@jwt_required(optional=True)
def optional():
    return jsonify(identity=get_jwt_identity())


def serve():
    from werkzeug.serving import make_server

    query("CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT, password_hash TEXT, roles TEXT)")
    query("CREATE TABLE token_blocklist (jti TEXT PRIMARY KEY)")
    password_hash = generate_password_hash("correct horse battery")
    for username, roles in ("ada", "admin"), ("bob", ""):
        query("INSERT INTO users (username, password_hash, roles) VALUES (?, ?, ?)", username, password_hash, roles)
    # Its lines of requests have tokens, where they stand in the address.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app)
    print(f"Flask listens on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve()
