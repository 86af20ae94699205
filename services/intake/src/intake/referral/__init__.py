"""The referral: a candidate's data reach the desk, which judges them against the criteria."""
