//! The dashboard.

use partner_center_emulator::Emulator;
use serde_json::json;
use thirtyfour::prelude::Key;

use crate::browser::with_page;

const DEPLOYMENT: &str = "/v1/analytics/licenses/deployment";

const REQUEST_ID: &str = "25b6edd5-1f53-456b-b48c-c64f60ec2dda";

/// Sends a call from the page, and returns status and content type of the response.
fn call(token: &str) -> String {
    format!(
        "fetch('{DEPLOYMENT}', {{ headers: {{
            Authorization: 'Bearer {token}', 'MS-RequestId': '{REQUEST_ID}',
         }} }}).then((response) => done([response.status, response.headers.get('Content-Type')]))"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn shows_what_runs_without_errors_in_the_console() {
    with_page(Emulator::builder(), |page| async move {
        page.open("").await;
        page.wait("document.getElementById('state').textContent === 'Running'")
            .await;
        let facts = page
            .value("document.getElementById('facts').innerText")
            .await;
        let facts = facts.as_str().unwrap();
        assert!(facts.contains(page.emulator.url().authority()), "{facts}");
        let code = page
            .value("document.getElementById('code').textContent")
            .await;
        let code = code.as_str().unwrap();
        assert!(code.contains(page.emulator.refresh_token()), "{code}");
        assert_eq!(page.console().await, [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_the_form_changes_the_next_response_until_it_is_removed() {
    with_page(Emulator::builder(), |page| async move {
        let token = page.emulator.mint_token(Default::default());
        page.open("").await;
        page.wait("document.querySelectorAll('#fault-kind option').length > 5").await;

        page.choose("#fault-kind", "status").await;
        page.enter("#field-status", "503").await;
        page.choose("#field-body", "html").await;
        page.click("#fault-form summary").await;
        page.enter("#when-times", "unlimited").await;
        page.click("#fault-add").await;
        page.wait("document.querySelectorAll('#faults li').length === 1").await;
        assert_eq!(page.emulator.faults().len(), 1);

        let [status, content_type] = page.call(&call(&token)).await;
        assert_eq!((status, content_type), (json!(503), json!("text/html; charset=utf-8")));
        page.wait("[...document.querySelectorAll('#requests .badge')].some((it) => it.textContent === '503')").await;
        page.wait("document.querySelector('#faults small').textContent.includes('applied 1 time')").await;
        page.click("#requests summary").await;
        let shown = page.wait("document.querySelector('#requests .pairs')?.innerText").await;
        let shown = shown.as_str().unwrap();
        assert!(shown.contains("Request id"), "{shown}");
        assert!(shown.contains("partner_licenses_deployment"), "{shown}");
        assert!(shown.contains(REQUEST_ID), "{shown}");
        page.wait("document.querySelector('#requests pre')?.textContent.includes('<html')").await;

        page.click("#faults button").await;
        page.wait("document.querySelectorAll('#faults li').length === 0").await;
        assert_eq!(page.call(&call(&token)).await[0], 200);
        page.wait("document.querySelector('#requests .badge.ok')?.textContent === '200'").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_fault_gets_the_reason() {
    with_page(Emulator::builder(), |page| async move {
        page.open("").await;
        page.wait("document.querySelectorAll('#fault-kind option').length > 5")
            .await;
        page.click("#fault-form summary").await;
        page.enter("#when-operation", "azure_usge").await;
        page.click("#fault-add").await;
        let message = page
            .wait("document.getElementById('message').textContent")
            .await;
        let message = message.as_str().unwrap();
        assert!(message.contains("azure_usage"), "{message}");
        assert!(page.emulator.faults().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_can_be_added_and_removed_with_the_keyboard_alone() {
    with_page(Emulator::builder(), |page| async move {
        page.open("").await;
        page.wait("document.querySelectorAll('#fault-kind option').length > 5")
            .await;
        page.press(Key::Tab).await;
        assert_eq!(page.value("document.activeElement.className").await, "skip");
        page.press(Key::Enter).await;

        // To the tabs of the code, whose arrows choose one.
        page.tab_to("code-tab-0").await;
        page.press(Key::Right).await;
        assert_eq!(
            page.value("document.activeElement.textContent").await,
            "Python"
        );
        assert_eq!(
            page.value("document.getElementById('code').textContent.startsWith('import json')")
                .await,
            true
        );

        page.tab_to("fault-kind").await;
        page.tab_to("fault-add").await;
        page.press(Key::Enter).await;
        page.wait("document.querySelectorAll('#faults li').length === 1")
            .await;
        page.value("document.activeElement.blur()").await;
        page.tab_to("faults-clear").await;
        page.press(Key::Tab).await;
        assert_eq!(
            page.value("document.activeElement.textContent").await,
            "Remove"
        );
        page.press(" ").await;
        page.wait("document.querySelectorAll('#faults li').length === 0")
            .await;
        let visible = "getComputedStyle(document.activeElement).outlineStyle";
        page.tab_to("scenario-start").await;
        assert_eq!(page.value(visible).await, "solid");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_change_the_emulator() {
    with_page(Emulator::builder(), |page| async move {
        let token = page.emulator.mint_token(Default::default());
        page.open("").await;
        page.wait("document.getElementById('state').textContent === 'Running'")
            .await;

        page.enter("#rate-requests", "1").await;
        page.click("#rate-set").await;
        page.wait("document.getElementById('rate-state').textContent === '1 per 60 s'")
            .await;
        page.call(&call(&token)).await;
        assert_eq!(page.call(&call(&token)).await[0], 429);
        page.click("#rate-off").await;
        page.wait("document.getElementById('rate-state').textContent === 'off'")
            .await;

        page.click("[data-advance='86400']").await;
        page.wait("document.getElementById('clock-state').textContent === '+1 d'")
            .await;
        // The token has expired, by the emulator's clock.
        assert_eq!(page.call(&call(&token)).await[0], 401);

        page.click("#scenario-start").await;
        page.wait(
            "document.getElementById('scenario-state').textContent.startsWith('Runs: bad night')",
        )
        .await;
        page.click("#revoke-tokens").await;
        page.wait("document.getElementById('message').textContent.startsWith('Revoked')")
            .await;

        page.click("#reset").await;
        page.wait("document.getElementById('clock-state').textContent === ''")
            .await;
        page.wait("document.querySelectorAll('#faults li').length === 0")
            .await;
        assert_eq!(page.call(&call(&token)).await[0], 200);
        assert_eq!(
            page.console()
                .await
                .into_iter()
                .filter(|it| !it.contains(DEPLOYMENT))
                .collect::<Vec<_>>(),
            [""; 0]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_control_secret_is_requested_once() {
    let builder = Emulator::builder().control_secret("night-shift");
    with_page(builder, |page| async move {
        page.open("").await;
        page.wait("!document.getElementById('secret').hidden").await;
        page.enter("#secret-value", "wrong").await;
        page.press(Key::Enter).await;
        page.wait("document.getElementById('message').textContent.includes('did not accept')")
            .await;
        page.enter("#secret-value", "night-shift").await;
        page.press(Key::Enter).await;
        page.wait("document.getElementById('state').textContent === 'Running'")
            .await;
        page.open("").await;
        page.wait("document.getElementById('state').textContent === 'Running'")
            .await;
        assert_eq!(
            page.value("document.getElementById('secret').hidden").await,
            json!(true)
        );
    })
    .await;
}
