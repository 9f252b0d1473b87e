// The report of a layout check, one line per check. A change can contradict a layout. The lack of a change contradicts
// nothing: the channels may be dead.
#pragma once

#include "suture/core/diagnostics.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "suture/core/refuse.hpp"

namespace suture {

/// One check, and what was found if it did not pass.
struct LayoutCheck {
    /// Contradicted: the layout does not explain a change. Inconclusive: an expected change did not show, or the laws of
    /// the checks do not hold in this model.
    enum class Outcome : unsigned char { passed, contradicted, inconclusive };

    std::string asked;  ///< "editing Q at token 0 changes nothing"
    Outcome outcome = Outcome::inconclusive;
    std::string found;  ///< "rows 0, 1, 2 changed"; empty if it passed
};

/// Whether an attention behaves as the layout that its projection is declared to have.
struct LayoutReport {
    std::string site;      ///< the projection's site
    std::string declared;  ///< the layout, as layout_text writes it
    std::vector<LayoutCheck> checks;
    bool looked_for_others = false;  ///< queries, keys and values are not where the layout says
    /// The layouts of the catalogue, of the same width, that the attention behaves like. Layouts with queries, keys and
    /// values in the same channels cannot be distinguished: only the first is listed.
    std::vector<std::string> consistent;

    /// Every check passed: the attention behaves as declared.
    bool passed() const { return !contradicted() && !has(LayoutCheck::Outcome::inconclusive); }
    /// A check was contradicted: the attention behaves differently. If the report neither passed nor is contradicted, it
    /// is inconclusive.
    bool contradicted() const { return has(LayoutCheck::Outcome::contradicted); }

    SUTURE_REJECTED_CONDITION("a report has three outcomes: write report.passed(), or report.contradicted()");
    SUTURE_REJECTED_CONVERSION("a report is printed: write to_string(report)", std::string, const);

private:
    bool has(LayoutCheck::Outcome outcome) const {
        return std::any_of(checks.begin(), checks.end(), [&](const LayoutCheck& c) { return c.outcome == outcome; });
    }
};

/// The report as text: a line for the site, one line per check, and the layouts that would fit.
inline std::string to_string(const LayoutReport& report) {
    constexpr std::array marks{"  ok      ", "  FAILED  ", "  ?       "};
    std::string text = report.site + " is declared " + report.declared;
    text += report.passed()         ? " and behaves accordingly:\n"
            : report.contradicted() ? " and behaves otherwise:\n"
                                    : ", and whether it behaves accordingly is inconclusive:\n";
    for (const LayoutCheck& check : report.checks)
        text += marks[static_cast<std::size_t>(check.outcome)] + check.asked +
                (check.found.empty() ? "\n" : ": " + check.found + "\n");
    for (const std::string& layout : report.consistent) text += "  it behaves like " + layout + "\n";
    if (report.looked_for_others && report.consistent.empty())
        text += "  no layout of the catalogue with this width fits its behaviour\n";
    return text;
}
inline std::ostream& operator<<(std::ostream& out, const LayoutReport& report) { return out << to_string(report); }

}  // namespace suture

#include "suture/core/end_refuse.hpp"
