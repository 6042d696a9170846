//! A look at everything that could be wrong with a profile, without changing anything.

use crate::{Engine, Inner, blocking};
use inkhorn_contract::{DoctorCheckView, DoctorView, Nothing, VaultState};
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_vault::Patience;

impl Engine {
    /// Looks at the profile, the vault, the keychain and each connection as it was last known. Calls nobody outside.
    pub async fn doctor(&self, _: Nothing) -> Result<DoctorView> {
        let inner = self.inner.clone();
        let checks = blocking(move || inner.look_around()).await?;
        Ok(DoctorView { ok: checks.iter().all(|check| check.ok), checks })
    }
}

impl Inner {
    fn look_around(&self) -> Result<Vec<DoctorCheckView>> {
        let mut checks = vec![self.look_at_folder(), self.look_at_database()];
        let _ = self.vault.unlock(Patience::Probe, self.clock.since_start());
        let vault = self.vault_view()?;
        let fine = matches!(vault.state, VaultState::Unlocked | VaultState::None);
        let found = match (vault.state, vault.protected_by) {
            (VaultState::None, _) => "nothing is sealed yet".to_owned(),
            (_, Some(by)) => format!("{} secrets, protected by {by}", vault.secrets),
            (_, None) => "no way in is known".to_owned(),
        };
        checks.push(DoctorCheckView {
            name: "vault".into(),
            ok: fine,
            found,
            fault: vault.fault.filter(|_| !fine),
        });
        checks.push(DoctorCheckView {
            name: "keychain".into(),
            ok: true,
            found: self.vault.keychain_name().to_owned(),
            fault: None,
        });
        checks.push(self.look_at_catalogue());
        let house = self.house()?;
        for live in &house.connections {
            let trouble = live.trouble().or_else(|| live.target().err().map(Into::into));
            checks.push(DoctorCheckView {
                name: format!("connection:{}", live.slug()),
                ok: trouble.is_none(),
                found: format!("{}, {} models", live.status(self), live.all_models().count()),
                fault: trouble,
            });
        }
        Ok(checks)
    }

    fn look_at_catalogue(&self) -> DoctorCheckView {
        let fault = self.catalogue_fault.as_ref();
        DoctorCheckView {
            name: "catalogue".into(),
            ok: fault.is_none(),
            found: match fault {
                None => format!("{} providers", self.catalogue.entries().len()),
                Some(_) => "only the providers that came with Inkhorn".to_owned(),
            },
            fault: fault.map(Into::into),
        }
    }

    fn look_at_database(&self) -> DoctorCheckView {
        let fault = self.store.check().err();
        DoctorCheckView {
            name: "database".into(),
            ok: fault.is_none(),
            found: if fault.is_none() { "every page reads well" } else { "a page does not read well" }.into(),
            fault: fault.map(Into::into),
        }
    }

    fn look_at_folder(&self) -> DoctorCheckView {
        let private = self.store.folder_is_private();
        let fault = Fault::new(Code::Damaged).with("open_folder", self.dir.display());
        DoctorCheckView {
            name: "profile".into(),
            ok: private,
            found: self.dir.display().to_string(),
            fault: (!private).then(|| fault.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_fault::{Language, sentence};

    #[test]
    fn a_folder_that_others_may_open_is_told_as_that_and_not_as_a_damaged_file() {
        let fault = Fault::new(Code::Damaged).with("open_folder", "/home/ana/inkhorn");
        for (language, damaged) in [(Language::English, "damaged"), (Language::Indonesian, "rusak")] {
            let told = sentence(language, &fault, "message");
            assert!(told.contains("/home/ana/inkhorn") && !told.contains(damaged), "{told}");
            assert!(sentence(language, &fault, "hint").contains("chmod 700"));
        }
    }
}
