import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import NotificationService

@Suite("Mail in files")
struct FileMailTests {
    @Test("Each mail is one .eml file, whole, and a second try writes the same file again")
    func writes() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("roost-mail-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let clock = TestWorld()
        let database = try SQLiteDatabase(path: folder.appendingPathComponent("users.sqlite").path)
        try await database.migrate(MailMigrations.all, at: clock.now)
        let box = folder.appendingPathComponent("mail")
        let addresses = AddressBook([MailFixture.host: MailAddress(name: "Zoë", address: "host@hosts.invalid")])
        let mails = try MailFixture.mails(on: database, clock, [FileMail(folder: box.path)], addresses)
        let letter = Letter(.confirmed, to: MailFixture.host, about: .christmas(place: "Zürich 🏡"))
        try await mails.queue([letter], for: MailFixture.event())
        #expect(try await mails.sendDue() == 1)
        let delivery = try #require(try await mails.deliveries(about: MailFixture.booking.text).first)
        #expect(delivery.state == .sent)
        let name = "\(delivery.id).eml"
        #expect(try FileManager.default.contentsOfDirectory(atPath: box.path) == [name])
        let first = try String(contentsOf: box.appendingPathComponent(name), encoding: .utf8)
        #expect(try ParsedMail(first).decoded("Subject") == "Confirmed: your stay at Zürich 🏡")

        // As after a crash between writing the file and recording it.
        try await database.write { try $0.execute("UPDATE mail SET state = 'sending', due_at = 0") }
        #expect(try await mails.sendDue() == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: box.path) == [name])
        #expect(try String(contentsOf: box.appendingPathComponent(name), encoding: .utf8) == first)
        try database.close()
    }

    @Test("A folder that cannot be written is a failure that may pass", .onEachEngine)
    func fails() async throws {
        let fixture = try await MailFixture()
        let mails = try MailFixture.mails(
            on: fixture.database, fixture.clock, [FileMail(folder: "/dev/null/mail")], fixture.addresses)
        try await mails.queue([.registered(MailFixture.guest)], for: MailFixture.event())
        try await mails.sendDue()
        let delivery = try #require(try await mails.deliveries(about: MailFixture.guest.text).first)
        #expect(delivery.state == .queued)
        #expect(delivery.lastError?.isEmpty == false)
    }
}
