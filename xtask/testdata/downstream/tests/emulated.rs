//! The program against the emulator, with a stored sign-in as `pcenter auth login` leaves it.

use std::error::Error;
use std::process::Command;
use std::time::SystemTime;

use partner_center::credential::profiles::variable;
use partner_center::credential::{FileStore, RefreshTokenStore, StoredRefreshToken};
use partner_center_emulator::{DataSet, Emulator};

#[tokio::test(flavor = "current_thread")]
async fn the_first_example_prints_the_documented_rows() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::builder().data(DataSet::documented()).public_client(true).start().await?;
    let home = tempfile::tempdir()?;
    let config = home.path().join("config.toml");
    let profile = format!(
        "default_profile = \"contoso\"\n\n[profiles.contoso]\ntenant = \"{}\"\nclient_id = \"{}\"\n\
         store = \"file\"\nauthority = \"{}\"\nbase_url = \"{}\"\n",
        emulator.tenant_id(),
        emulator.client_id(),
        emulator.authority(),
        emulator.url(),
    );
    std::fs::write(&config, profile)?;
    let store = FileStore::new(home.path().join("tokens/contoso.json"));
    let guard = store.lock().await?;
    let token = StoredRefreshToken {
        refresh_token: emulator.refresh_token().to_owned().into(),
        obtained_at: SystemTime::now().into(),
        tenant: emulator.tenant_id().to_owned(),
        client_id: emulator.client_id().to_owned(),
    };
    store.save(&token).await?;
    drop(guard);

    let mut program = Command::new(env!("CARGO_BIN_EXE_downstream"));
    for name in [
        variable::ACCESS_TOKEN,
        variable::AUTHORITY,
        variable::CLIENT_ID,
        variable::CLIENT_SECRET,
        variable::PROFILE,
        variable::REFRESH_TOKEN,
        variable::TENANT_ID,
    ] {
        program.env_remove(name);
    }
    program.env(variable::CONFIG, &config);
    // The emulator runs on the thread of this test.
    let output = tokio::task::spawn_blocking(move || program.output()).await??;
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout)?;
    for (product, sold) in [
        ("DYNAMICS AX TASK", 9),
        ("DOMESTIC AND INTERNATIONAL CALLING PLAN", 5),
    ] {
        assert!(printed.contains(&format!("\"{product}\"")), "{printed}");
        let sold = format!("licenses_sold: Some(\n            {sold},");
        assert!(printed.contains(&sold), "{printed}");
    }
    assert_eq!(printed.matches("licenses_sold").count(), 2, "{printed}");
    Ok(())
}
