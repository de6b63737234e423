//! The code that the dashboard offers, run as it is.

use std::process::Stdio;

use partner_center_emulator::Emulator;
use tokio::process::Command;

use crate::browser::with_page;

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_the_page_reads_rows() {
    with_page(Emulator::builder(), |page| async move {
        page.open("").await;
        page.wait("document.getElementById('code').textContent")
            .await;
        for (tab, program, flag, tool) in
            [(0, "bash", "-c", "curl"), (1, "python3", "-c", "python3")]
        {
            let mut version = Command::new(tool);
            version.arg("--version").stdout(Stdio::null());
            if version.status().await.is_err() {
                println!("skipped: {tool} is missing");
                continue;
            }
            page.click(&format!("#code-tab-{tab}")).await;
            let code = page
                .value("document.getElementById('code').textContent")
                .await;
            let code = code.as_str().unwrap();
            let output = Command::new(program)
                .args([flag, code])
                .output()
                .await
                .unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(
                output.status.success(),
                "{code}{}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(
                text.lines().count() > 0 && !text.contains("error"),
                "{text}"
            );
            let requests = page.emulator.requests();
            let last = requests.last().unwrap().path_and_query();
            assert!(last.starts_with("/partner/v1/analytics/commercial/deployment/license?"));
        }
    })
    .await;
}
