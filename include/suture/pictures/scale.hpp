// How the colours of a picture stand for numbers.
#pragma once

namespace suture::pictures {

/// A diverging scale is white at exactly zero and symmetric around it. A sequential scale begins at zero, or at the
/// smallest value if that is negative. The automatic scale is diverging if any value is negative, and else sequential.
enum class Scale { automatic, diverging, sequential };

}  // namespace suture::pictures
