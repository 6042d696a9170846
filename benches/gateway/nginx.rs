//! nginx as a plain reverse proxy: kept connections, no buffering, one line of log for each request.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Nginx {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Nginx {
    pub fn start(upstream: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path().display();
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {at}/{name};\n"))
            .concat();
        let configuration = format!(
            "daemon off; worker_processes auto; pid {at}/pid; error_log {at}/error.log;
             events {{ worker_connections 1024; }}
             http {{ {temporary} access_log {at}/access.log combined; keepalive_requests 10000000; keepalive_timeout 300s;
               tcp_nodelay on; client_max_body_size 32m; client_body_buffer_size 1m;
               upstream provider {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 10000000; }}
               server {{ listen 127.0.0.1:{port};
                 location / {{ proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection \"\";
                   proxy_set_header Host $host; proxy_buffering off; }} }} }}"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration).expect("written");
        let child = Command::new("nginx")
            .args(["-e", &format!("{at}/error.log"), "-c"])
            .arg(&file)
            .stdin(Stdio::null())
            .spawn()
            .expect("nginx is installed: apt-get install nginx-light");
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < until, "nginx did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, port, _folder: folder }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}
