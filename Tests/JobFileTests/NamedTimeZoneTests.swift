import CrawlCore
import Foundation
@testable import JobFile
import Testing

/// Time zones of the system's database.
@Suite(.timeLimit(.minutes(15))) struct NamedTimeZoneTests {
    /// What Python reads out of the same files: for each zone, offsets at the instants.
    ///
    /// Instants before a zone's first change are left out: what holds there Python guesses in a way of its own.
    private static let script = """
        import sys, zoneinfo, datetime
        instants = [int(word) for word in sys.argv[1:]]
        zones = sorted(n for n in zoneinfo.available_timezones() if "/" in n and not n.startswith("right/"))
        for name in zones:
            zone = zoneinfo.ZoneInfo(name)
            offsets = [int(datetime.datetime.fromtimestamp(i, zone).utcoffset().total_seconds()) for i in instants]
            print(name, *offsets)
        """

    @Test func `every zone of the system has the offsets that Python reads`() throws {
        // From 1930 to 2190, some days and an odd number of seconds apart.
        let instants = (0..<60).map { Int64(-1_262_304_000) + $0 * 136_757_767 }
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = ["python3", "-c", NamedTimeZoneTests.script] + instants.map { String($0) }
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        python.waitUntilExit()
        let lines = text.split(separator: "\n")

        #expect(lines.count > 400)
        for line in lines {
            let words = line.split(separator: " ")
            let zone = try NamedTimeZone(String(words[0]))
            #expect(instants.map(zone.offset) == words.dropFirst().compactMap { Int64($0) }, "\(words[0])")
        }
    }

    @Test func `a name that was given up means the zone that took its place`() throws {
        let old = try NamedTimeZone("Europe/Kiev")
        let new = try NamedTimeZone("Europe/Kyiv")

        for instant: Int64 in [0, 1_700_000_000, 1_720_000_000, 4_000_000_000] {
            #expect(old.offset(at: instant) == new.offset(at: instant))
        }
        #expect(new.offset(at: 1_720_000_000) == 10_800)
    }

    @Test(arguments: [
        "", "Berlin", "Europe", "Europe/", "Europe/Atlantis", "europe/berlin", "../etc/localtime",
        "/etc/localtime",
        "Europe/../Europe/Berlin", "Europe//Berlin", "CET", "GMT+1", "Europe/Berlin/x", "Europe/Ber\0lin",
    ]) func `what is no name of a zone is refused`(name: String) {
        #expect(throws: TimeZoneFault.unknown(name)) { try NamedTimeZone(name) }
    }

    @Test func `lists that lie among the zones are no zones`() throws {
        let folder = try TemporaryFile("# tz\n".utf8, name: "zone.tab")
        try FileManager.default.createDirectory(
            atPath: folder.folder + "/Etc", withIntermediateDirectories: true)
        try Data("text".utf8).write(to: URL(filePath: folder.folder + "/Etc/UTC"))
        let zones = ZoneFolder(path: folder.folder)

        #expect(throws: TimeZoneFault.unknown("Etc/UTC")) { try NamedTimeZone("Etc/UTC", in: zones) }
    }

    @Test func `a zone that is cut short is said to be unreadable, with its file`() throws {
        let file = try TemporaryFile("TZif2".utf8, name: "UTC")
        let folder = file.folder
        try FileManager.default.createDirectory(atPath: folder + "/Etc", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: file.path, toPath: folder + "/Etc/UTC")
        let fault = TimeZoneFault.unreadable("Etc/UTC", file: folder + "/Etc/UTC")

        #expect(throws: fault) { try NamedTimeZone("Etc/UTC", in: ZoneFolder(path: folder)) }
        #expect(
            fault.description.hasSuffix("/Etc/UTC is no time zone file; install tzdata anew, or write UTC"))
    }

    @Test func `without a database only UTC is known, and the message says what to install`() throws {
        let none = ZoneFolder(path: "/nonexistent/zoneinfo")
        let fault = TimeZoneFault.noDatabase("Europe/Berlin", folder: "/nonexistent/zoneinfo")

        #expect(throws: fault) { try NamedTimeZone("Europe/Berlin", in: none) }
        #expect(
            fault.description
                == "\"Europe/Berlin\" cannot be looked up: /nonexistent/zoneinfo has no time zones; install tzdata, or write UTC"
        )
        #expect(try NamedTimeZone("UTC", in: none).offset(at: 0) == 0)
    }

    @Test(arguments: [
        ("Europe/Berlin", 7200), (":Europe/Berlin", 7200), ("/usr/share/zoneinfo/Europe/Berlin", 7200),
        ("CET", 7200),
        ("XYZ-5:30", 19_800), ("", 0), ("Nowhere/Else", 0), ("/etc/passwd", 0),
    ]) func `the variable TZ is a name, a file or a rule`(value: String, offset: Int64) {
        let zone = NamedTimeZone(environment: value, in: ZoneFolder(path: ""))

        #expect(zone.offset(at: 1_720_000_000) == offset)
    }

    @Test func `a job file with a zone that is none says where`() {
        #expect(
            mistake("urls: [\"http://a/\"]\nschedule: \"@daily\"\ntimezone: Europe/Atlantis\n")
                == #"/jobs/docs.yaml:3:11: timezone: "Europe/Atlantis" is no time zone; write one as Europe/Berlin, or UTC"#
        )
    }
}
