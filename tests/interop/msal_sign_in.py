"""MSAL for Python signs in by each flow, and the tokens read reports."""

import emulator
import msal

AUTHORITY = f"{emulator.AUTHORITY}{emulator.TENANT}"


def application(**options):
    # MSAL would ask Microsoft about the emulator: at first, and after each error.
    options.setdefault("instance_discovery", False)
    options.setdefault("authority", AUTHORITY)
    if "client_credential" in options:
        return msal.ConfidentialClientApplication(emulator.CLIENT_ID, **options)
    return msal.PublicClientApplication(emulator.CLIENT_ID, **options)


def confidential(**options):
    return application(client_credential=emulator.SECRET, **options)


def token(result):
    assert "access_token" in result, result
    return result["access_token"]


def client_credentials(authority):
    app = confidential(authority=f"{emulator.AUTHORITY}{authority}")
    found = token(app.acquire_token_for_client([emulator.APP_SCOPE]))
    emulator.read_with_app_only(found)
    again = app.acquire_token_for_client([emulator.APP_SCOPE])
    assert again["token_source"] == "cache", again


def instance_discovery():
    app = confidential(instance_discovery=f"{emulator.AUTHORITY}common/discovery/instance")
    emulator.read_with_app_only(token(app.acquire_token_for_client([emulator.APP_SCOPE])))


def oidc_authority():
    app = msal.ConfidentialClientApplication(
        emulator.CLIENT_ID,
        client_credential=emulator.SECRET,
        oidc_authority=f"{AUTHORITY}/v2.0",
    )
    emulator.read_with_app_only(token(app.acquire_token_for_client([emulator.APP_SCOPE])))


def wrong_secret():
    app = application(client_credential="wrong")
    result = app.acquire_token_for_client([emulator.APP_SCOPE])
    assert result["error"] == "invalid_client", result
    assert result["error_codes"] == [7000215], result


def unknown_authority():
    try:
        application(authority=f"{emulator.AUTHORITY}fabrikam.onmicrosoft.com")
    except (ValueError, KeyError):
        return
    raise AssertionError("an unknown tenant was accepted")


def silently(app):
    """Takes a token of the account from the cache, then by its refresh token."""
    (account,) = app.get_accounts()
    assert account["username"] == "admin-agent@contoso.onmicrosoft.com", account
    assert account["home_account_id"].endswith("." + emulator.TENANT), account
    cached = app.acquire_token_silent_with_error([emulator.SCOPE], account)
    assert cached["token_source"] == "cache", cached
    fresh = app.acquire_token_silent_with_error([emulator.SCOPE], account, force_refresh=True)
    assert fresh["token_source"] == "identity_provider", fresh
    emulator.read_reports(token(fresh))


def refresh_token():
    app = confidential()
    result = app.acquire_token_by_refresh_token(emulator.REFRESH_TOKEN, [emulator.SCOPE])
    emulator.read_reports(token(result))
    silently(app)


def unknown_refresh_token():
    result = confidential().acquire_token_by_refresh_token("unknown", [emulator.SCOPE])
    assert result["error_codes"] == [70000], result


def device_code(tenant):
    app = application(authority=f"{emulator.AUTHORITY}{tenant}")
    flow = app.initiate_device_flow([emulator.SCOPE])
    emulator.approve_device_by_control(flow["user_code"])
    emulator.read_reports(token(app.acquire_token_by_device_flow(flow)))
    silently(app)


def interactive():
    app = application()
    result = app.acquire_token_interactive([emulator.SCOPE], prompt="select_account", timeout=60)
    emulator.read_reports(token(result))
    assert result["id_token_claims"]["tid"] == emulator.TENANT, result
    silently(app)


emulator.use_scripted_browser()
for name in [emulator.TENANT, emulator.DOMAIN]:
    emulator.check(f"client credentials of {name}", client_credentials, name)
emulator.check("client credentials by instance discovery", instance_discovery)
emulator.check("client credentials by the OIDC authority", oidc_authority)
emulator.check("wrong secret", wrong_secret)
emulator.check("unknown tenant", unknown_authority)
emulator.check("refresh token, then silently", refresh_token)
emulator.check("unknown refresh token", unknown_refresh_token)
for name in [emulator.DOMAIN, "organizations"]:
    emulator.check(f"device code of {name}, then silently", device_code, name)
emulator.check("interactive browser, then silently", interactive)
