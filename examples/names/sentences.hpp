// The material of the indirect-object task: names, places, things, and the patterns that they fill.
#pragma once

#include <array>
#include <string_view>

namespace names {

/// The people of the sentences. Each name is one token.
inline constexpr std::array<std::string_view, 48> people{
    "Adam",  "Alice",  "Amy",    "Anna",  "Bruno",  "Carol", "Clara",  "Daniel", "David",  "Diana", "Emma",   "Eva",
    "Felix", "Frank",  "George", "Grace", "Helen",  "Henry", "Hugo",   "Irene",  "James",  "John",  "Judith", "Julia",
    "Laura", "Leo",    "Lucy",   "Mark",  "Martin", "Mary",  "Max",    "Nina",   "Oliver", "Olga",  "Oscar",  "Paul",
    "Peter", "Robert", "Rose",   "Ruth",  "Sarah",  "Simon", "Sophie", "Susan",  "Tom",    "Vera",  "Victor", "Walter"};

/// The places.
inline constexpr std::array<std::string_view, 20> places{
    "store",  "park",   "school", "office",  "restaurant", "station", "garden",  "hospital", "library", "museum",
    "market", "church", "beach",  "harbour", "theatre",    "hotel",   "village", "castle",   "bakery",  "farm"};

/// The things that change hands.
inline constexpr std::array<std::string_view, 20> objects{
    "drink", "book", "ring", "key",    "letter", "ball",  "map",  "ticket", "basket", "camera",
    "hat",   "lamp", "cake", "flower", "coat",   "knife", "coin", "guitar", "pen",    "bottle"};

/// Sentences up to the word before the answer. {first} and {second} are the two names; {subject} repeats one of them,
/// and the other is the answer. {aside} may be empty.
inline constexpr std::array<std::string_view, 12> patterns{
    "When {first} and {second} went to the {place} {aside} , {subject} gave a {object} to",
    "While {first} and {second} were working at the {place} {aside} , {subject} handed the {object} to",
    "After {first} and {second} met at the {place} {aside} , {subject} lent a {object} to",
    "Then {first} and {second} walked to the {place} {aside} , and {subject} gave the {object} to",
    "{first} and {second} had lunch at the {place} {aside} . Later {subject} sold a {object} to",
    "{first} took {second} to the {place} {aside} , and {subject} showed the {object} to",
    "{first} met {second} at the {place} {aside} . There {subject} offered a {object} to",
    "The {place} was quiet when {first} and {second} arrived {aside} . {subject} brought a {object} to",
    "At the {place} {first} sat beside {second} {aside} until {subject} passed the {object} to",
    "Because {first} and {second} visited the {place} {aside} , {subject} promised a {object} to",
    "{first} looked for {second} at the {place} {aside} , for {subject} had to give a {object} to",
    "The {object} was at the {place} where {first} and {second} stayed {aside} , so {subject} returned it to"};

/// What a prompt has besides the pattern: nothing, words without a name, a third name that occurs once like the answer,
/// or one that occurs twice like the subject.
enum class Variant { plain, clause, third_name, third_name_twice };
inline constexpr std::array variants{Variant::plain, Variant::clause, Variant::third_name, Variant::third_name_twice};

/// The words of a variant: a sentence before the pattern, and the words at its {aside}.
struct Frame {
    Variant variant;
    std::string_view opening, aside;
};
inline constexpr std::array frames{
    Frame{Variant::plain, "", ""},
    Frame{Variant::clause, "It was raining .", ""},
    Frame{Variant::clause, "The holidays had begun .", ""},
    Frame{Variant::clause, "", "in the morning"},
    Frame{Variant::clause, "", "after a long walk"},
    Frame{Variant::clause, "", "with some friends"},
    Frame{Variant::third_name, "{third} was ill .", ""},
    Frame{Variant::third_name, "Nobody had seen {third} that day .", ""},
    Frame{Variant::third_name, "", "without {third}"},
    Frame{Variant::third_name, "", "instead of {third}"},
    Frame{Variant::third_name, "", "before {third} called"},
    Frame{Variant::third_name_twice, "{third} was ill , so {third} stayed at home .", ""},
    Frame{Variant::third_name_twice, "{third} called before {third} left .", ""},
    Frame{Variant::third_name_twice, "{third} was late .", "without {third}"}};

}  // namespace names
