// An empty value of any option is refused.
#include "../../../examples/shared/empty_values.hpp"

#include "doctest.hpp"

#include <CLI/CLI.hpp>

#include <array>
#include <string>
#include <vector>

TEST_CASE("an empty value is refused, whatever the option, and a flag needs none") {
    std::string text = "default", path = "default";
    std::vector<std::string> list{"default"};
    bool flag = false;
    const auto said = [&](std::vector<const char*> arguments) -> std::string {
        CLI::App app;
        app.add_option("--text", text);
        app.add_option("--list", list);
        app.add_option("path", path);
        app.add_flag("--flag", flag);
        examples::refuse_empty_values(app);
        arguments.insert(arguments.begin(), "program");
        try {
            app.parse(static_cast<int>(arguments.size()), arguments.data());
        } catch (const CLI::ParseError& e) {
            return e.what();
        }
        return "";
    };
    CHECK(said({"--text", ""}) == "--text: is empty: give a value");
    CHECK(said({"--list", ""}) == "--list: is empty: give a value");
    CHECK(said({"--list", "a", "--list", ""}) == "--list: is empty: give a value");
    CHECK(said({""}) == "path: is empty: give a value");
    CHECK(said({"--flag", "--text", "a", "b"}) == "");
    CHECK(text == "a");
    CHECK(path == "b");
    CHECK(flag);
}
