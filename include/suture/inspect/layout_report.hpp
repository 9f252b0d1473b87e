// What a layout check found: a line a check. What changes can contradict a layout; what does not change may be dead, and
// then nothing is claimed of it either way.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace suture {

/// What one check asked, and what was found where it did not pass.
struct LayoutCheck {
    /// Contradicted: something changed that the layout does not explain. Inconclusive: nothing changed where something
    /// was expected to, or the laws that the layout is checked by do not hold in this model.
    enum class Outcome : unsigned char { passed, contradicted, inconclusive };

    std::string asked;  ///< "editing Q at token 0 changes nothing"
    Outcome outcome = Outcome::inconclusive;
    std::string found;  ///< "rows 0, 1, 2 changed"; empty if it passed
};

/// Whether an attention behaves as the layout that its projection is declared to have.
struct LayoutReport {
    std::string site;      ///< the site of the projection
    std::string declared;  ///< the layout, as layout_text has it
    std::vector<LayoutCheck> checks;
    bool looked_for_others = false;  ///< queries, keys and values are not where the layout says
    /// The layouts of the catalogue, of the same width, that the attention does behave like. Layouts that put queries,
    /// keys and values into the same channels cannot be told apart: the first of them is named.
    std::vector<std::string> consistent;

    /// Every check passed: the attention behaves as declared.
    bool passed() const { return !contradicted() && !has(LayoutCheck::Outcome::inconclusive); }
    /// A check was contradicted: the attention behaves otherwise. Where it neither passed nor is contradicted, it could
    /// not be told.
    bool contradicted() const { return has(LayoutCheck::Outcome::contradicted); }

private:
    bool has(LayoutCheck::Outcome outcome) const {
        return std::any_of(checks.begin(), checks.end(), [&](const LayoutCheck& c) { return c.outcome == outcome; });
    }
};

/// The report in words: a line for the site, a line a check, and what the layout seems to be.
inline std::string to_string(const LayoutReport& report) {
    constexpr std::array marks{"  ok      ", "  FAILED  ", "  ?       "};
    std::string text = report.site + " is declared " + report.declared;
    text += report.passed()         ? " and behaves accordingly:\n"
            : report.contradicted() ? " and behaves otherwise:\n"
                                    : ", and whether it behaves accordingly could not be told:\n";
    for (const LayoutCheck& check : report.checks)
        text += marks[static_cast<std::size_t>(check.outcome)] + check.asked +
                (check.found.empty() ? "\n" : ": " + check.found + "\n");
    for (const std::string& layout : report.consistent) text += "  it behaves like " + layout + "\n";
    if (report.looked_for_others && report.consistent.empty())
        text += "  it behaves like no layout of the catalogue that has this width\n";
    return text;
}
inline std::ostream& operator<<(std::ostream& out, const LayoutReport& report) { return out << to_string(report); }

}  // namespace suture
