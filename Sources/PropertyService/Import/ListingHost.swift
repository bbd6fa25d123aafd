/// Who lets an imported listing: a person of this place, or one with a made-up name. The real name is never kept.
package struct ListingHost: Sendable, Hashable {
    /// The number of the host in the source, or the address where one person has all listings.
    package let key: String
    package let name: String
    package let email: String

    /// A host of the source. The same number always gives the same name and address.
    package init(number: Int64) {
        key = String(number)
        let hash = Fingerprint.of(key)
        let names = ListingHost.firstNames
        let letters = ListingHost.letters
        let first = names[Int((hash >> 20) % UInt64(names.count))]
        let last = letters[Int((hash >> 50) % UInt64(letters.count))]
        name = "\(first) \(last)."
        email = "host-\(key)@inside-airbnb.invalid"
    }

    /// One person for all listings; the name is for the case that there is nobody of that address yet.
    package init(email: String) {
        key = email
        name = email.split(separator: "@").first.map(String.init) ?? email
        self.email = email
    }

    private static let letters = Array("ABCDEFGHJKLMNOPRSTVWYZ")

    /// First names of many places, chosen here and not taken from the data.
    private static let firstNames = """
        Abebe Adaeze Adrian Agnes Ahmet Aiko Akira Alejandra Alice Alma Amara Amina Amir Ana Anders Andrea Anh Anika Anna \
        Antoni Aoife Arjun Arthur Asha Astrid Aurora Ayesha Aylin Beatriz Bela Benjamin Bianca Binh Bjorn Bruno Camila \
        Carlos Carmen Celine Chen Chiara Chloe Ciara Clara Claudia Daan Dagny Daniel Daria David Deepa Diego Dina Dmitri \
        Ebba Eduardo Eero Elena Eleni Elias Elif Elin Elisa Emeka Emil Emma Enzo Erik Esther Eva Farah Fatima Felix Femke \
        Fernanda Filip Finn Fiona Florian Frida Gabriel Georgia Giulia Grace Greta Gustav Habib Hana Hannah Haruka Hassan \
        Helena Henrik Hugo Hye-jin Ibrahim Ida Ignacio Igor Ilse Ines Ingrid Irina Isabel Ivan Jaana Jakub Jamila Jan Jana \
        Javier Jin Joana Johan Jonas Josefina Julia Jun Kaia Kalani Kamal Karin Katarina Keiko Kenji Khadija Kofi Kwame \
        Lars Laszlo Laura Leah Leila Lena Leon Li Liam Lina Linh Livia Lotte Luca Lucia Luis Luka Magda Mai Maja Malik \
        Manuel Maren Margarida Maria Marius Marta Mateo Matteo Maya Mei Mercedes Mikko Mila Milan Mina Mira Miriam Moana \
        Mohan Nadia Naoki Nasra Natalia Nia Nikos Nils Nina Noa Nora Nuno Odile Olga Oliver Omar Oscar Otto Pablo Paloma \
        Paula Pedro Petra Pilar Piotr Priya Rafael Rana Ravi Renata Rina Robin Rosa Ruth Saana Salma Samir Samuel Sanna \
        Sara Selma Signe Simon Sofia Soren Stefan Suki Sunita Tadeo Tala Tamar Tariq Tereza Thabo Thea Tomas Tove Tuan \
        Uma Valentina Vera Viktor Vivek Wanjiru Wen Wiktoria Yael Yara Yasmin Yuki Yusuf Zainab Zanele Zofia Zoltan
        """.split(separator: " ").map(String.init)
}
