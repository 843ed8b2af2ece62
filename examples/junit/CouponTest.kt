// JUnit 5 and Testcontainers. build.gradle.kts:
//   testImplementation("org.junit.jupiter:junit-jupiter:5.11.4")
//   testImplementation("org.testcontainers:junit-jupiter:1.20.4")
//   tasks.test { useJUnitPlatform() }
package com.example.offers

import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpRequest.BodyPublishers
import java.net.http.HttpResponse
import java.net.http.HttpResponse.BodyHandlers
import java.util.UUID
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test
import org.testcontainers.containers.GenericContainer
import org.testcontainers.containers.wait.strategy.Wait
import org.testcontainers.utility.DockerImageName

class CouponTest {
    private val world = "test-" + UUID.randomUUID()
    private val baseUrl = "$server/w/$world"
    private val app = App(baseUrl)

    @BeforeEach
    fun makeWorld() = control("POST", "$server/__mock/worlds", """{"name": "$world"}""")

    @AfterEach
    fun dropWorld() = control("DELETE", "$server/__mock/worlds/$world")

    @Test
    fun `a coupon cannot be used again while it is active`() {
        control("PUT", "$baseUrl/__mock/clock", """{"now": "2026-06-01T12:00:00Z", "frozen": true}""")
        assertEquals(200, app.use(1000016).statusCode())
        assertEquals("""{"error":"Already active"}""", app.use(1000016).body())
        control("POST", "$baseUrl/__mock/clock/advance", """{"by": "35s"}""")
        assertEquals(200, app.use(1000016).statusCode())
    }

    @Test
    fun `the last coupon is gone`() {
        control("PUT", "$baseUrl/__mock/scenarios", """{"active": ["global-limit-exceeded"]}""")
        assertEquals("""{"error":"Global limit exceeded"}""", app.use(1000016).body())
        control("POST", "$baseUrl/__mock/requests/verify", """{"operation": "use_offer", "count": 1}""")
    }

    companion object {
        private val http: HttpClient = HttpClient.newHttpClient()

        // one container for all test classes of this process; Testcontainers stops it at the end
        private val container: GenericContainer<*> by lazy {
            // CHANGE: the name under which your registry has the image
            GenericContainer(DockerImageName.parse(System.getenv("MOCKSERVER_IMAGE") ?: "mockserver:latest"))
                .withExposedPorts(8080)
                .waitingFor(Wait.forHttp("/__mock/ready"))
                .also { it.start() }
        }
        private val server: String by lazy {
            System.getenv("MOCKSERVER_URL") ?: "http://${container.host}:${container.getMappedPort(8080)}"
        }

        private fun control(method: String, url: String, json: String = "") {
            val request = HttpRequest.newBuilder(URI(url)).header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(json)).build()
            val answer = http.send(request, BodyHandlers.ofString())
            check(answer.statusCode() < 400) { "$method $url: ${answer.statusCode()} ${answer.body()}" }
        }
    }
}

/** Stands in for the app under test. CHANGE: use yours, and give it the base URL. */
private class App(private val baseUrl: String) {
    private val http: HttpClient = HttpClient.newHttpClient()

    fun use(offer: Int): HttpResponse<String> {
        val path = "/v3/infinity-mall/members/me/offers/$offer/use"
        val request = HttpRequest.newBuilder(URI(baseUrl + path))
            .header("X-Client-Authorization", "B7t9U9tsoWsGhrv2ouUoSqpM")
            .header("X-Product-Name", "default")
            .header("X-User-Agent", "tests")
            .header("Authorization", "Bearer 8433d608645345a45ce5a0f5ba1225e57546e86ac49e5fec842159dc82218522")
            .POST(BodyPublishers.noBody()).build()
        return http.send(request, BodyHandlers.ofString())
    }
}
