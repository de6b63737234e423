//! The reference of the API.

use partner_center_emulator::Emulator;

use crate::browser::with_page;

#[tokio::test(flavor = "multi_thread")]
async fn sends_a_call_and_shows_rows_headers_and_command() {
    with_page(Emulator::builder(), |page| async move {
        page.open("docs").await;
        page.wait("document.querySelectorAll('article').length === 14").await;
        let form = "form[aria-label='Try commercial_licenses_deployment']";
        page.enter(&format!("{form} [id$='-top']"), "1").await;
        page.click(&format!("{form} button.primary")).await;
        let response = format!("document.querySelector(\"{form} .response\")");
        let text = page.wait(&format!("{response}.querySelector('pre') && {response}.textContent")).await;
        let text = text.as_str().unwrap();
        assert!(text.contains("200"), "{text}");
        assert!(text.contains("1 row"), "{text}");
        assert!(text.contains("ms-requestid"), "{text}");
        assert!(text.contains("\"customerTenantId\""), "{text}");
        let command = page.value(&format!("document.querySelector(\"{form} pre\").textContent")).await;
        let url = "partner/v1/analytics/commercial/deployment/license?top=1";
        let expected = page.emulator.url().join(url).unwrap();
        assert!(command.as_str().unwrap().contains(expected.as_str()), "{command}");

        // The next page, by the link in the response.
        page.click(&format!("{form} .response button.small")).await;
        page.wait(&format!("{response}.textContent.includes('200') && performance.getEntriesByType('resource').some((it) => it.name.includes('skip'))")).await;
        assert_eq!(page.console().await, [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sends_paths_filters_and_error_responses() {
    with_page(Emulator::builder(), |page| async move {
        page.open("docs").await;
        page.wait("document.querySelectorAll('article').length === 14")
            .await;
        let form = "form[aria-label='Try commercial_licenses_usage']";
        page.enter(&format!("{form} [id$='-filter']"), "nonsense eq 'x'")
            .await;
        page.click(&format!("{form} button.primary")).await;
        let badge = format!("document.querySelector(\"{form} .response .badge\")?.textContent");
        page.wait(&format!("{badge}?.startsWith('400')")).await;

        let form = "form[aria-label='Try customer']";
        page.enter(&format!("{form} [id$='-customer-id']"), "no guid/")
            .await;
        page.click(&format!("{form} button.primary")).await;
        let badge = format!("document.querySelector(\"{form} .response .badge\")?.textContent");
        page.wait(&format!("{badge}?.startsWith('4')")).await;
        let requests = page.emulator.requests();
        let last = requests.last().unwrap().path_and_query();
        assert_eq!(last, "/v1/customers/no%20guid%2F");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_filters_operations() {
    with_page(Emulator::builder(), |page| async move {
        page.open("docs").await;
        page.wait("document.querySelectorAll('article').length === 14")
            .await;
        page.enter("#search", "azure").await;
        let visible = "document.querySelectorAll('article:not([hidden])').length";
        page.wait(&format!("{visible} === 1")).await;
        page.enter("#search", "nothing of that name").await;
        page.wait(&format!(
            "{visible} === 0 && !document.getElementById('no-operations').hidden"
        ))
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn interrupted_bodies_are_reported_and_foreign_links_are_not_followed() {
    with_page(Emulator::builder(), |page| async move {
        page.open("docs").await;
        page.wait("document.querySelectorAll('article').length === 14")
            .await;
        let form = "form[aria-label='Try subscriptions']";
        let response = format!("document.querySelector(\"{form} .response\").textContent");
        page.emulator.inject("resetInBody".parse().unwrap());
        page.click(&format!("{form} button.primary")).await;
        page.wait(&format!(
            "{response}.includes('ended before its body was complete')"
        ))
        .await;

        page.enter(&format!("{form} [id$='-top']"), "1").await;
        page.click(&format!("{form} button.primary")).await;
        page.wait(&format!("{response}.includes('Next page')"))
            .await;
        page.emulator.inject("foreignNextLink".parse().unwrap());
        page.click(&format!("{form} button.primary")).await;
        page.wait(&format!("{response}.includes('fabrikam.example')"))
            .await;
        let followed = page
            .value(&format!("{response}.includes('Next page')"))
            .await;
        assert_eq!(followed, false);
    })
    .await;
}
