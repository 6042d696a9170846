//! Pictures of every page, light and dark, wide and narrow, for eyes to look at. What a machine can judge is judged here:
//! nothing hangs over the edge, and the look is the one that was asked for.

use crate::driver::{Home, Window};
use fantoccini::Locator;

const PLACES: [&str; 7] = ["desk", "models", "usage", "connections", "apps", "privacy", "settings"];
const SIZES: [(u32, u32); 2] = [(1280, 860), (380, 860)];

#[tokio::test]
async fn every_page_is_drawn_in_the_light_look() {
    draw("light", "rgb(250, 247, 240)").await;
}

#[tokio::test]
async fn every_page_is_drawn_in_the_dark_look() {
    draw("dark", "rgb(30, 27, 23)").await;
}

async fn draw(look: &str, paper: &str) {
    let home = Home::make();
    let preferences = home.data().join("app.inkhorn.desktop");
    std::fs::create_dir_all(&preferences).expect("the folder of preferences");
    std::fs::write(preferences.join("page.json"), format!(r#"{{"look":"{look}"}}"#))
        .expect("the preferences");
    let window = Window::open(&home).await;
    for (width, height) in SIZES {
        window.resize(width, height).await;
        for place in PLACES {
            let rail = format!("[data-testid=rail-{place}]");
            window.text(&rail).await;
            window.page.find(Locator::Css(&rail)).await.expect(place).click().await.expect(place);
            window.text(&format!("{rail}[aria-current=page]")).await;
            window.text("main h1, main h2, main form").await;
            window.picture(&format!("{place}-{look}-{width}")).await;
            let over = "return document.documentElement.scrollWidth - window.innerWidth";
            let over = window.run(over).await.as_i64().expect("a number");
            assert!(over <= 0, "{place} hangs {over} px over the edge at {width}");
        }
        draw_guides(&window, look, width).await;
        draw_guidance(&window, look, width).await;
        draw_rooms(&window, look, width).await;
        assert_eq!(window.run("return window.innerWidth").await, width, "the window has the size asked for");
    }
    assert_eq!(window.run("return getComputedStyle(document.body).backgroundColor").await, paper);
    window.close().await;
}

/// The guides are reached from Connections: all of them, one, and what can be connected.
async fn draw_guides(window: &Window, look: &str, width: u32) {
    let over = "return document.documentElement.scrollWidth - window.innerWidth";
    for (page, press, there) in [
        ("guides", "[data-testid=connection-guides]", "[data-testid=guide-of-ollama]"),
        ("guide", "[data-testid=guide-of-ollama]", "[data-testid=guide-text] ol"),
        ("connect", "[data-testid=guide-connect]", "[data-testid=connection-form]"),
    ] {
        if page == "guides" {
            window.click("[data-testid=rail-connections]").await;
        }
        window.click(press).await;
        window.text(there).await;
        window.picture(&format!("{page}-{look}-{width}")).await;
        let over = window.run(over).await.as_i64().expect("a number");
        assert!(over <= 0, "{page} hangs {over} px over the edge at {width}");
    }
}

/// What providers moderate, from its first words to the switch at its end.
async fn draw_guidance(window: &Window, look: &str, width: u32) {
    window.run("location.hash = '#/models/guidance'; return null").await;
    window.text("[data-testid=moderation-openai]").await;
    for (part, name) in [("h1", "guidance"), ("[data-testid=adult-mode]", "guidance-end")] {
        let show =
            format!("document.querySelector('main {part}').scrollIntoView({{ block: 'end' }}); return null");
        window.run(&show).await;
        window.picture(&format!("{name}-{look}-{width}")).await;
    }
    let over = window.run("return document.documentElement.scrollWidth - window.innerWidth").await;
    let over = over.as_i64().expect("a number");
    assert!(over <= 0, "the guidance hangs {over} px over the edge at {width}");
}

/// The rooms of the Desk: prompts with the examples and a form, assistants with one of them open.
async fn draw_rooms(window: &Window, look: &str, width: u32) {
    for (at, name, there) in [
        ("prompts", "prompts", "[data-testid=example-0]"),
        ("prompts/new", "prompt", "[data-testid=prompt-form]"),
        ("assistants", "assistants", "[data-testid=assistants-built_in]"),
        ("assistants/research", "assistant", "[data-testid=assistant-form]"),
    ] {
        window.run(&format!("location.hash = '#/{at}'; return null")).await;
        window.text(there).await;
        window.picture(&format!("{name}-{look}-{width}")).await;
        let over = window.run("return document.documentElement.scrollWidth - window.innerWidth").await;
        let over = over.as_i64().expect("a number");
        assert!(over <= 0, "{at} hangs {over} px over the edge at {width}");
    }
}
