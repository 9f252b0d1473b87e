// Turns a page of documentation into a program: all its blocks of C++, each under the page's own line numbers, and the
// output that the page shows for them. So no page shows code that does not compile, or output that its code does not
// print.
//
//     page_program PAGE PROGRAM [FILE...]
//
// A FILE.hpp is included first: it defines what the page uses without showing it. The page may quote the programs
// FILE.cpp, and compile errors from the pages FILE.md. A page is plain Markdown, without marks for this program:
//
//   - The ```cpp blocks under one heading are the body of one function, in order. Their #include lines go to the top.
//   - A block that begins with using, struct, template or the like stands at namespace scope, before the function.
//   - A block with a main() is a whole program, quoted from a FILE.cpp. That file is compiled and run by itself.
//   - A block followed by a ```text block of errors must not compile. Both are quoted from a FILE.md, which has tests
//     of its own.
//   - A block without a language, or a ```text block, is output if the line before it ends in "prints": the output of
//     the code under the heading since the last output. Output that the page does not show is an error as well.
//     ("`program` prints" announces the output of another program: see suture_page_shows in CMakeLists.txt.)
#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

/// A page that cannot be made into a program. The message begins with the place, as a compiler's does.
struct Refusal : std::runtime_error {
    Refusal(const std::string& page, std::size_t line, const std::string& why)
        : std::runtime_error(page + ":" + std::to_string(line) + ": error: " + why) {}
};

/// A fenced block of a page.
struct Block {
    std::string language;
    std::string text;          ///< every line ends in a line feed
    std::string introduction;  ///< the last line before it that is not blank
    std::size_t line = 0;      ///< of its first line
    std::size_t section = 0;   ///< the number of headings before it
};

std::string read_file(const std::string& path) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error(path + " cannot be opened");
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string_view without_indentation(std::string_view line) {
    return line.substr(std::min(line.size(), line.find_first_not_of(" \t>-*")));
}

bool is_heading(std::string_view line) {
    const std::size_t level = line.find_first_not_of('#');
    return level != line.npos && level >= 1 && level <= 6 && line[level] == ' ';
}

/// @throws Refusal if the line begins a block that would be overlooked: indented, with another fence, or in an unknown
///         language
void check_fence(const std::string& page, std::size_t number, const std::string& line) {
    constexpr std::array languages{"", "cpp", "text", "cmake", "python", "sh"};
    const std::string_view fence = without_indentation(line);
    if (!fence.starts_with("```") && !fence.starts_with("~~~")) return;
    if (!line.starts_with("```"))
        throw Refusal(page, number, "this block would not be compiled: begin it with ``` in the first column");
    const std::string language = line.substr(3);
    if (std::find(languages.begin(), languages.end(), language) == languages.end())
        throw Refusal(page, number, "\"" + language + "\" is not a known language: write cpp for C++, or text");
}

/// @throws Refusal as check_fence, or if a block is not closed
std::vector<Block> blocks_of(const std::string& page, const std::string& text) {
    std::vector<Block> blocks;
    std::string introduction;
    std::size_t number = 0, section = 0;
    bool inside = false;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (inside) {
            inside = line != "```";
            if (inside) blocks.back().text += line + "\n";
            continue;
        }
        check_fence(page, number, line);
        inside = line.starts_with("```");
        section += is_heading(line);
        if (inside)
            blocks.push_back({line.substr(3), "", std::exchange(introduction, {}), number + 1, section});
        else if (line.find_first_not_of(' ') != line.npos)
            introduction = line;
    }
    if (inside) throw Refusal(page, blocks.back().line - 1, "this block is never closed: end it with ```");
    return blocks;
}

bool is_output(const Block& block) {
    const bool is_plain = block.language.empty() || block.language == "text";
    std::string_view before = block.introduction;
    if (before.ends_with(":")) before.remove_suffix(1);
    return is_plain && before.ends_with("prints") && !before.ends_with("` prints");
}

bool is_error(const Block& block) {
    return block.language == "text" && !is_output(block) && block.text.find("error: ") != block.text.npos;
}

/// The first line of a block that is code.
std::string first_line_of_code(const std::string& text) {
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = text.find('\n', begin);
        const std::string line = text.substr(begin, end - begin);
        if (!line.empty() && line.front() != '#' && !line.starts_with("//")) return line;
        begin = end + 1;
    }
    return {};
}

bool is_declaration(const Block& block) {
    constexpr std::array begins{"using ", "struct ", "class ", "enum ", "template ", "template<", "namespace "};
    const std::string line = first_line_of_code(block.text);
    return std::any_of(begins.begin(), begins.end(), [&](const char* word) { return line.starts_with(word); });
}

/// Removes the #include lines from a block, which keeps its number of lines.
std::string taken_includes(std::string& text) {
    std::string includes;
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
        if (text.compare(begin, 9, "#include ") != 0) continue;
        const std::size_t end = text.find('\n', begin);
        includes += text.substr(begin, end - begin + 1);
        text.erase(begin, end - begin);
    }
    return includes;
}

/// The program, built up block by block.
class Program {
public:
    Program(std::string page, std::vector<std::string> headers, std::vector<std::string> programs,
            std::vector<std::string> errors)
        : page_(std::move(page)), programs_(std::move(programs)), errors_(std::move(errors)) {
        for (const std::string& header : headers) includes_ += "#include \"" + header + "\"\n";
    }

    void add(std::vector<Block> blocks) {
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            if (blocks[i].section != section_) end_section();
            section_ = blocks[i].section;
            const Block* const next = i + 1 < blocks.size() ? &blocks[i + 1] : nullptr;
            if (blocks[i].language == "cpp")
                add_code(blocks[i], next);
            else if (is_output(blocks[i]))
                add_output(blocks[i]);
        }
        end_section();
    }

    std::string text() const {
        return "// Made from " + page_ + " by tests/docs/page_program.cpp.\n" + includes_ + "#include \"page.hpp\"\n" +
               declarations_ + functions_ + "int main() {\n    return docs_page::run({" + calls_ + "});\n}\n";
    }

private:
    void add_code(Block block, const Block* next) {
        if (block.text.find("int main(") != block.text.npos) return check_program(block);
        if (next && is_error(*next)) return check_error(block, *next);
        includes_ += taken_includes(block.text);
        if (!is_declaration(block) && body_.empty()) body_place_ = place(block.line);
        (is_declaration(block) ? declarations_ : body_) +=
            "#line " + std::to_string(block.line) + " \"" + page_ + "\"\n" + block.text;
    }
    /// The program's output is compared by the test that runs it.
    void check_program(const Block& block) {
        if (std::find(programs_.begin(), programs_.end(), block.text) == programs_.end())
            throw Refusal(page_, block.line,
                          "this is not one of the programs that the page may quote: copy one of "
                          "examples/, and pass it to suture_page in tests/docs/CMakeLists.txt");
        quotes_program_ = true;
    }
    void check_error(const Block& block, const Block& error) const {
        const std::string quoted = "```cpp\n" + block.text + "```\n\n```text\n" + error.text + "```\n";
        for (const std::string& page : errors_)
            if (page.find(quoted) != page.npos) return;
        throw Refusal(page_, block.line, "this error is not in docs/compile-errors.md: copy both blocks from there");
    }
    void add_output(const Block& block) {
        if (quotes_program_ && body_.empty()) return;
        if (body_.empty())
            throw Refusal(page_, block.line, "no code under this heading prints this: put the code before it");
        body_ += "\ndocs_page::prints(\"" + place(block.line) + "\", R\"output(" + block.text + ")output\");\n";
    }
    void end_section() {
        if (!body_.empty()) {
            const std::string name = "section_" + std::to_string(section_);
            functions_ += "void " + name + "() {\n" + body_ + "}\n";
            calls_ += "{\"" + body_place_ + "\", " + name + "}, ";
        }
        body_.clear();
        quotes_program_ = false;
    }
    std::string place(std::size_t line) const { return page_ + ":" + std::to_string(line); }

    std::string page_;
    std::vector<std::string> programs_, errors_;
    std::string includes_, declarations_, functions_, calls_;
    std::string body_, body_place_;  ///< of the function for the current section
    std::size_t section_ = 0;
    bool quotes_program_ = false;  ///< in the current section
};

}  // namespace

int main(int count, char** arguments) try {
    if (count < 3) throw std::runtime_error("page_program PAGE PROGRAM [FILE.hpp | FILE.cpp | FILE.md]...");
    std::vector<std::string> headers, programs, errors;
    for (int i = 3; i < count; ++i) {
        const std::string file = arguments[i];
        if (file.ends_with(".hpp"))
            headers.push_back(file);
        else
            (file.ends_with(".cpp") ? programs : errors).push_back(read_file(file));
    }
    const std::string page = arguments[1], path = arguments[2];
    Program program(page, headers, programs, errors);
    program.add(blocks_of(page, read_file(page)));
    if (!(std::ofstream(path) << program.text())) throw std::runtime_error(path + " cannot be written");
} catch (const std::exception& e) {
    std::cerr << e.what() << "\n";
    return 1;
}
