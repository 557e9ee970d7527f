package io.tomogrid.node;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Lets the browser read the manager's documents under {@code /manager/api/...} at the gateway's address, behind its login:
 * docs/adr/0005-manager-window.md. Only this process, which runs both, knows of it; the gateway does not. Reading only.
 */
final class ManagerWindow {
    private static final String PATH = "/manager";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String authorization;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private volatile URI manager;

    ManagerWindow(String token) {
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString(("tomogrid:" + token).getBytes(StandardCharsets.UTF_8));
    }

    /** Before the gateway starts. */
    void hangInto(GenericApplicationContext gateway) {
        gateway.registerBean(
                "managerWindow",
                ServletRegistrationBean.class,
                () -> new ServletRegistrationBean<>(new Servlet(this), PATH + "/*"));
    }

    /** From now on there is something to see. */
    void open(URI manager) {
        this.manager = manager;
    }

    private void show(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String path = request.getRequestURI().substring(PATH.length());
        if (manager == null || !path.matches("/api/[a-zA-Z0-9/_-]+")) {
            fault(response, manager == null ? 503 : 404, "the manager is not there yet, or has no such document");
            return;
        }
        String query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
        HttpRequest asked = HttpRequest.newBuilder(manager.resolve(path + query))
                .timeout(PATIENCE)
                .header("Authorization", authorization)
                .build();
        try {
            HttpResponse<byte[]> answer = http.send(asked, HttpResponse.BodyHandlers.ofByteArray());
            response.setStatus(answer.statusCode());
            response.setContentType("application/json");
            OutputStream out = response.getOutputStream();
            out.write(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fault(response, 503, "the node is ending");
        } catch (IOException notReached) {
            fault(response, 502, "the manager does not answer; ./tomogrid doctor says how the node fares");
        }
    }

    private static void fault(HttpServletResponse response, int status, String error) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.getWriter().write("{\"error\":\"" + error + "\"}");
    }

    private static final class Servlet extends HttpServlet {
        private static final long serialVersionUID = 1;
        private final transient ManagerWindow window;

        Servlet(ManagerWindow window) {
            this.window = window;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            window.show(request, response);
        }
    }
}
