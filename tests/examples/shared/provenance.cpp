// How results were made, in words that a shell takes back.
#include "../../../examples/shared/provenance.hpp"

#include "doctest.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

TEST_CASE("a command line gives the same arguments when a shell reads it again") {
    const std::string odd[] = {"--prompt",
                               "Mary and John",
                               "it's",
                               "a\tb\nc",
                               "\\n",
                               "$HOME `id` $(id)",
                               "",
                               "100%_^{a}",
                               "\"quoted\"",
                               "日本 🙂",
                               "a\xE2\x80\xAE"
                               "b",
                               "\xFF\\'",
                               "!x *?[a]~;&|<>#"};
    std::string expected;
    std::array<const char*, 1 + std::size(odd)> arguments{"/path/to/program"};
    for (std::size_t i = 0; i < std::size(odd); ++i) {
        arguments[i + 1] = odd[i].c_str();
        expected += odd[i] + "\x01";
    }
    const std::string command = examples::command_of("show", static_cast<int>(arguments.size()), arguments.data());
    for (const char c : command) CHECK(static_cast<unsigned char>(c) >= 0x20);
    ::setenv("SUTURE_TEST_COMMAND", command.c_str(), 1);
    std::FILE* const shell =
        ::popen("bash -c 'show() { printf \"%s\\001\" \"$@\"; }; eval \"$SUTURE_TEST_COMMAND\"'", "r");
    REQUIRE(shell);
    std::string read;
    for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) read += static_cast<char>(c);
    ::pclose(shell);
    CHECK(read == expected);
}

TEST_CASE("the table says when, with what and from which weights") {
    ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    const auto table = examples::table_of({"experiments", 0xabc, "48"});
    ::unsetenv("SOURCE_DATE_EPOCH");
    const auto value = [&](const std::string& what) {
        for (const auto& row : table.rows)
            if (row[0] == what) return row[1];
        return std::string("missing");
    };
    CHECK(value("command") == "experiments");
    CHECK(value("date") == "2023-11-14 22:13:20 UTC");
    CHECK(value("LibTorch") == TORCH_VERSION);
    CHECK(value("weights") == "fingerprint 0000000000000abc");
    CHECK(value("seed") == "48");
    CHECK(value("suture").find('.') != std::string::npos);
}
