"""What a producer certifies when they hand business in. The words are kept with each submission that was certified by
them, so that a change here leaves earlier ones as they were."""

STATEMENT = (
    "I certify that I have asked the applicant the questions of this application, that the answers given in it are "
    "true and complete to the best of the applicant's knowledge and of mine, and that the applicant has authorized me "
    "to submit it on their behalf. I understand that the carrier relies on these answers, that a material "
    "misrepresentation may void coverage, and that coverage is not bound until it is confirmed in writing."
)
