// XCTest, on a Mac where `mockserver serve` runs. The simulator reaches it by 127.0.0.1, and an app that can only change
// its base URL is in a world of its own by the /w/ prefix. Info.plist of the test host: `mockserver connect` prints it.
import Foundation
import XCTest

final class CouponTests: XCTestCase {
    // CHANGE: where the server runs; a scheme's environment variable MOCKSERVER_URL beats it
    private let server = ProcessInfo.processInfo.environment["MOCKSERVER_URL"] ?? "http://127.0.0.1:8080"
    private let world = "test-" + UUID().uuidString.lowercased()
    private var baseURL: String { "\(server)/w/\(world)" }

    override func setUp() async throws {
        try await control("POST", "\(server)/__mock/worlds", ["name": world])
    }

    override func tearDown() async throws {
        try await control("DELETE", "\(server)/__mock/worlds/\(world)")
    }

    func testACouponCannotBeUsedAgainWhileItIsActive() async throws {
        try await control("PUT", "\(baseURL)/__mock/clock", ["now": "2026-06-01T12:00:00Z", "frozen": true])
        let first = try await use(offer: 1000016)
        XCTAssertEqual(first.status, 200)
        let second = try await use(offer: 1000016)
        XCTAssertEqual(second.body, #"{"error":"Already active"}"#)
        try await control("POST", "\(baseURL)/__mock/clock/advance", ["by": "35s"])
        let third = try await use(offer: 1000016)
        XCTAssertEqual(third.status, 200)
    }

    func testTheLastCouponIsGone() async throws {
        try await control("PUT", "\(baseURL)/__mock/scenarios", ["active": ["global-limit-exceeded"]])
        let refused = try await use(offer: 1000016)
        XCTAssertEqual(refused.body, #"{"error":"Global limit exceeded"}"#)
        try await control("POST", "\(baseURL)/__mock/requests/verify", ["operation": "use_offer", "count": 1])
    }

    // CHANGE: call your own client instead, and give it baseURL; in a UI test pass it on:
    //   app.launchEnvironment["API_BASE_URL"] = baseURL
    private func use(offer: Int) async throws -> (status: Int, body: String) {
        var request = URLRequest(url: URL(string: "\(baseURL)/v3/infinity-mall/members/me/offers/\(offer)/use")!)
        request.httpMethod = "POST"
        request.setValue("B7t9U9tsoWsGhrv2ouUoSqpM", forHTTPHeaderField: "X-Client-Authorization")
        request.setValue("default", forHTTPHeaderField: "X-Product-Name")
        request.setValue("tests", forHTTPHeaderField: "X-User-Agent")
        let token = "8433d608645345a45ce5a0f5ba1225e57546e86ac49e5fec842159dc82218522"
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        return try await send(request)
    }

    private func control(_ method: String, _ url: String, _ body: [String: Any]? = nil) async throws {
        var request = URLRequest(url: URL(string: url)!)
        request.httpMethod = method
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.httpBody = try body.map { try JSONSerialization.data(withJSONObject: $0) }
        let answer = try await send(request)
        XCTAssertLessThan(answer.status, 400, "\(method) \(url): \(answer.body)")
    }

    private func send(_ request: URLRequest) async throws -> (status: Int, body: String) {
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as! HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))
    }
}
