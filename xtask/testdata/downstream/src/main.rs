//! The first example of README.md as a program.

use partner_center::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_environment()?;
    let page = client.commercial_licenses_deployment().send().await?;
    println!("{:#?}", page.value);
    Ok(())
}
