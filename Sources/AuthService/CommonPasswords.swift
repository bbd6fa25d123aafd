/// The passwords that lists of leaked ones have most often, as far as they have 8 characters or more.
enum CommonPasswords {
    /// Whether it is one of them, in any mix of case, or one character over and over, as often as lists have it.
    static func contains(_ password: String) -> Bool {
        let plain = password.lowercased()
        let scalars = plain.unicodeScalars
        return all.contains(plain) || (scalars.count <= longestRun && Set(scalars).count == 1)
    }

    /// Lists of leaked passwords have no longer run of one character.
    private static let longestRun = 32

    private static let all = Set(
        """
        00000000 01234567 0123456789 01020304 0987654321 1029384756 10203040 11111111 11112222 11223344 1122334455 \
        112233445566 12121212 123123123 12312312 123321123 12341234 123412345 12344321 12345678 123456780 123456789 \
        1234567890 12345678910 123456789a 1234567891 12345678a 12345679 123454321 1234qwer 123456aa 123456ab 123456abc \
        123456qw 12345qwert 1234567a 1234567q 123456a@ 123abc123 123qwe123 123qweasd 123qweasdzxc 12qwaszx 13131313 \
        135792468 1357924680 147258369 14789632 147852369 159357456 159753456 1a2b3c4d 1g2w3e4r 1q1q1q1q 1q2w3e4r \
        1q2w3e4r5t 1q2w3e4r5t6y 1qaz1qaz 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qazzaq1 20202020 21212121 22222222 23232323 \
        2wsx3edc 25802580 31415926 321321321 33333333 369258147 44444444 456456456 45454545 55555555 55556666 5555555555 \
        66666666 666666666 69696969 741852963 74108520 77777777 777777777 7777777777 789456123 78945612 78787878 \
        852456789 87654321 88888888 888888888 963852741 987654321 9876543210 98765432 99999999 999999999 a1b2c3d4 \
        a12345678 a123456789 aa123456 aa12345678 abc12345 abc123456 abc123abc abcd1234 abcd12345 abcdefgh abcdefghi \
        abcdef123 adgjmptw adminadmin admin123 admin1234 admin12345 administrator airborne alexander alexande alexandra \
        alexandria anderson angel123 apples123 arsenal1 asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl asdfghjkl1 asdqwe123 \
        asd123asd azertyui azertyuiop babygirl babygirl1 badminton barcelona baseball baseball1 basketball batman123 \
        beautiful benjamin billabong blink182 bluebird bollocks brandon1 brooklyn budweiser bulldogs butterfly butterfly1 \
        californ california cameron1 caroline carolina catherine champion changeme changeme1 charles1 charlie1 charlotte \
        chelsea1 chester1 chicago1 chocolate chocolate1 christian christin christina christine christopher classic1 \
        coffee123 computer computer1 concrete corvette courtney cowboys1 creative cristina crystal1 danielle daniel123 \
        december default1 diamond1 dolphins dragon123 dragonball drowssap einstein elephant elizabeth emmanuel engineer \
        evolution excalibur facebook facebook1 fernando fktrcfylh flowers1 football football1 francesco freedom1 friends1 \
        fuckyou1 fuckyou123 garfield gateway1 genesis1 giovanni goodluck google123 grandma1 guinness hardcore harley123 \
        heather1 hello123 hello1234 hellohello helloworld hercules homer123 honey123 hollywood iloveyou iloveyou1 \
        iloveyou12 iloveyou2 iloveyou! internet internet1 isabella jackson1 jennifer jennifer1 jessica1 jonathan jordan23 \
        juventus katherine kimberly kingkong kristina lakers24 letmein1 letmein123 letmein! lifehack liverpool liverpool1 \
        lollipop lovelove loveyou1 maradona marathon margarita marlboro marseille master123 maverick megadeth mercedes \
        metallica michael1 michelle michelle1 microsoft midnight monkey123 monkey12 montreal motorola mountain mustang1 \
        mypassword naruto123 nathalie newcastle newyork1 nicholas nicole123 nintendo nirvana1 november p@ssw0rd p@ssword \
        p@55w0rd pa55word pa55w0rd panthers paradise parola123 pass1234 pass12345 passpass passw0rd passw0rd1 passw0rd! \
        password password! password0 password00 password01 password1 password1! password10 password11 password12 \
        password123 password123! password1234 password12345 password2 password3 password5 password7 password8 password9 \
        password99 passwort passwort1 patricia patriots peaches1 personal peternorth platinum playstation playboy1 \
        pokemon1 pokemon123 porsche911 portugal pppppppp precious predator princess princess1 princesa q1w2e3r4 \
        q1w2e3r4t5 q1w2e3r4t5y6 qazwsx123 qazwsxed qazwsxedc qazxsw21 qwaszx12 qwe123456 qwe123qwe qweasd123 qweasdzx \
        qweasdzxc qweqweqwe qwer1234 qwerqwer qwert123 qwert1234 qwert12345 qwerty01 qwerty1! qwerty11 qwerty12 qwerty123 \
        qwerty1234 qwerty12345 qwerty123456 qwertyui qwertyuiop qwertyuiop1 qwerty78 qwerty99 rainbow1 rammstein rangers1 \
        realmadrid redskins remember richard1 robert123 roostroost samantha samsung1 samsung123 santiago savannah scorpion \
        scooby123 scorpio1 sebastian security september serenity shadow123 sexysexy skateboard slipknot slipknot1 \
        smokey123 snowball snowboard softball somebody spiderman spiderman1 spitfire starcraft startrek starwars starwars1 \
        steelers stephanie stephen1 strawberry success1 summer01 summer123 sunflower sunshine sunshine1 superman superman1 \
        superstar survivor sweetheart sweetpea swordfish test1234 test12345 testtest testing1 testing123 thunder1 \
        tinkerbell tottenham trinity1 trustno1 twilight undertaker unicorn1 valentina valentine vanessa1 veronica victoria \
        victory1 video123 vladimir voyager1 warcraft warcraft1 warrior1 welcome1 welcome12 welcome123 welcome2 westside \
        whatever whatever1 wildcats william1 williams winston1 winter123 wolverine xxxxxxxx yamaha123 yankees1 yellow123 \
        youtube1 zaq12wsx zaq1zaq1 zaq1xsw2 zaqxswcde zxcvbnm1 zxcvbnm123 zxcvbnm, zxcvzxcv
        """.split(separator: " ").map(String.init))
}
