"""azure-identity for Python signs in by each credential, and the tokens read reports."""

import threading

import emulator
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    ClientSecretCredential,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
)

# Without this option it would ask Microsoft's instance discovery about the emulator.
OPTIONS = {"authority": emulator.AUTHORITY.rstrip("/"), "disable_instance_discovery": True}


def client_secret(tenant):
    credential = ClientSecretCredential(tenant, emulator.CLIENT_ID, emulator.SECRET, **OPTIONS)
    emulator.read_with_app_only(credential.get_token(emulator.APP_SCOPE).token)


def wrong_secret():
    credential = ClientSecretCredential(emulator.TENANT, emulator.CLIENT_ID, "wrong", **OPTIONS)
    try:
        credential.get_token(emulator.APP_SCOPE)
    except ClientAuthenticationError as error:
        assert "AADSTS7000215" in str(error), error
        return
    raise AssertionError("a wrong secret was accepted")


def device_code(**options):
    def prompt(verification_uri, user_code, expires_on):
        # The callback is called before the first poll.
        threading.Thread(target=emulator.approve_device, args=[user_code]).start()

    credential = DeviceCodeCredential(
        emulator.CLIENT_ID, prompt_callback=prompt, **options, **OPTIONS
    )
    emulator.read_reports(credential.get_token(emulator.SCOPE).token)


def interactive(**options):
    credential = InteractiveBrowserCredential(
        client_id=emulator.CLIENT_ID, timeout=60, **options, **OPTIONS
    )
    record = credential.authenticate(scopes=[emulator.SCOPE])
    assert record.username == "admin-agent@contoso.onmicrosoft.com", record.serialize()
    emulator.read_reports(credential.get_token(emulator.SCOPE).token)


emulator.use_scripted_browser()
for name in [emulator.TENANT, emulator.DOMAIN]:
    emulator.check(f"client secret of {name}", client_secret, name)
emulator.check("wrong secret", wrong_secret)
emulator.check("device code", device_code)
emulator.check("device code of a tenant", lambda: device_code(tenant_id=emulator.TENANT))
emulator.check("interactive browser", interactive)
emulator.check("interactive browser of a tenant", lambda: interactive(tenant_id=emulator.DOMAIN))
